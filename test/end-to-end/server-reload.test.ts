import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { expect } from "chai";
import { createMtlsServer, type MtlsServerOptions, type ReloadEvent } from "@mtls-shield/node";
import { authority, callApi, startServer, type RunningServer } from "@mtls-shield/testkit";

const ca = authority();
const other = authority();
const ann = ca.client({ commonName: "ann" });
const eve = other.client({ commonName: "eve" });
const serverOf = (commonName: string) => {
  const { leaf, chainPem } = ca.intermediate().server({ commonName });
  return { key: leaf.privateKeyPem, cert: chainPem };
};
const first = serverOf("first");
const second = serverOf("second");

describe("a server whose certificate is read anew", () => {
  let folder = "";
  const running: RunningServer[] = [];
  const events: ReloadEvent[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "mtls-shield-"));
    events.length = 0;
    for (const [name, pem] of Object.entries(first)) writeFileSync(join(folder, name), pem);
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.close()));
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(options: Partial<MtlsServerOptions> = {}) {
    const server = createMtlsServer(
      {
        key: join(folder, "key"),
        cert: join(folder, "cert"),
        trust: ca.root.pem,
        onWarning: () => undefined,
        onReload: (event) => events.push(event),
        ...options,
      },
      (_request, response) => {
        response.end("{}");
      },
    );
    const { port, close } = await startServer(server);
    running.push({ port, close });
    return { server, port };
  }
  /** Whom the server says it is; nothing where the handshake fails. */
  async function nameOf(port: number, servername = "x"): Promise<string | undefined> {
    const socket = connect({ port, host: "127.0.0.1", servername, rejectUnauthorized: false });
    try {
      await once(socket, "secureConnect");
      return String(socket.getPeerCertificate().subject.CN);
    } catch {
      return undefined;
    } finally {
      socket.destroy();
    }
  }
  const outcomes = (): string[] =>
    events
      .filter(({ subject }) => subject === "server-certificate")
      .map(({ outcome, by }) => `${outcome} by ${by}`);
  async function until(isDone: () => boolean): Promise<void> {
    for (const end = Date.now() + 5_000; !isDone();) {
      if (Date.now() > end) expect.fail(`waited in vain, after ${JSON.stringify(events)}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  const put = (name: string, text: string): void => {
    writeFileSync(join(folder, `${name}.new`), text);
    renameSync(join(folder, `${name}.new`), join(folder, name));
  };

  it("takes files that were renamed into place, and the key before its certificate", async () => {
    const { port } = await start();
    put("key", second.key);
    await until(() => outcomes().includes("failed by watch"));
    expect(await nameOf(port)).to.equal("first");
    put("cert", second.cert);
    await until(() => outcomes().includes("reloaded by watch"));
    expect(await nameOf(port)).to.equal("second");
    expect((await callApi({ port, client: ann })).status).to.equal(200);
    expect((await callApi({ port, client: eve })).status).to.equal(403);
  });

  it("takes both at once where a symbolic link is swapped, as Kubernetes does it", async () => {
    for (const [name, { key, cert }] of Object.entries({ first, second })) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, "tls.key"), key);
      writeFileSync(join(folder, name, "tls.crt"), cert);
    }
    symlinkSync("first", join(folder, "..data"));
    for (const name of ["tls.key", "tls.crt"]) {
      symlinkSync(join("..data", name), join(folder, name));
    }
    const { port } = await start({ key: join(folder, "tls.key"), cert: join(folder, "tls.crt") });
    symlinkSync("second", join(folder, "..data_tmp"));
    renameSync(join(folder, "..data_tmp"), join(folder, "..data"));
    await until(() => outcomes().length > 0);
    expect(outcomes()).to.deep.equal(["reloaded by watch"]);
    expect(await nameOf(port)).to.equal("second");
  });

  for (const [what, name, text] of [
    ["half a certificate", "cert", first.cert.slice(0, 300)],
    [
      "a chain that ends in the middle of its second certificate",
      "cert",
      second.cert.slice(0, -200),
    ],
    ["an empty certificate", "cert", ""],
    ["an empty key", "key", ""],
    ["half a key", "key", first.key.slice(0, 100)],
    ["another certificate's key", "key", second.key],
    ["a certificate where the key should be", "key", first.cert],
    ["no PEM at all", "cert", "hello"],
  ] as const) {
    it(`keeps what it has when a file holds ${what}`, async () => {
      const { port, server } = await start();
      writeFileSync(join(folder, name), text);
      await until(() => outcomes().length > 0);
      expect(outcomes()).to.deep.equal(["failed by watch"]);
      expect(await nameOf(port)).to.equal("first");
      const fault = await server.reload().catch((error: unknown) => error);
      expect(fault)
        .to.be.instanceOf(TypeError)
        .with.property("message")
        .that.matches(/^(cert|key):/);
      expect((await callApi({ port, client: ann })).status).to.equal(200);
      expect((await callApi({ port, client: eve })).status).to.equal(403);
      writeFileSync(join(folder, name), first[name]);
      await server.reload();
      expect(await nameOf(port)).to.equal("first");
    });
  }

  it("does not start with what it would not reload", async () => {
    for (const [name, text] of [
      ["cert", ""],
      ["key", ""],
      ["key", second.key],
    ] as const) {
      put("key", first.key);
      put("cert", first.cert);
      put(name, text);
      const fault = await start().catch((error: unknown) => error);
      expect(fault).to.be.instanceOf(TypeError);
    }
  });

  it("keeps a file that is gone in use, and leaves unwatched ones to the call", async () => {
    const { port, server } = await start({ watch: false });
    put("key", second.key);
    put("cert", second.cert);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect([await nameOf(port), outcomes()]).to.deep.equal(["first", []]);
    await server.reload();
    expect([await nameOf(port), outcomes()]).to.deep.equal(["second", ["reloaded by call"]]);
    rmSync(join(folder, "cert"));
    const fault = await server.reload().catch((error: unknown) => error);
    expect(String(fault)).to.match(/cert: the file cannot be read/);
    expect(await nameOf(port)).to.equal("second");
  });

  it("reads the files of every host, and changes none where one is bad", async () => {
    const folderB = join(folder, "b");
    mkdirSync(folderB);
    for (const [name, pem] of Object.entries(first)) writeFileSync(join(folderB, name), pem);
    const b = { key: join(folderB, "key"), cert: join(folderB, "cert"), trust: other.root.pem };
    const { port } = await start({ serverNames: { "b.example": b } });
    put("b/key", second.key);
    await until(() => outcomes().length > 0);
    expect(outcomes()).to.deep.equal(["failed by watch"]);
    put("b/cert", second.cert);
    await until(() => outcomes().includes("reloaded by watch"));
    expect(await nameOf(port)).to.equal("first");
    expect(await nameOf(port, "b.example")).to.equal("second");
  });

  it("reloads certificate and shield upon a signal, until it closes", async () => {
    const before = process.listenerCount("SIGUSR2");
    const { port } = await start({ watch: false, reloadSignal: "SIGUSR2" });
    put("key", second.key);
    put("cert", second.cert);
    process.emit("SIGUSR2");
    await until(() => events.length === 2);
    expect(events.map(({ subject, by, outcome }) => [subject, by, outcome])).to.have.deep.members([
      ["shield", "signal", "reloaded"],
      ["server-certificate", "signal", "reloaded"],
    ]);
    expect(await nameOf(port)).to.equal("second");
    put("cert", "");
    process.emit("SIGUSR2");
    await until(() => outcomes().includes("failed by signal"));
    expect(await nameOf(port)).to.equal("second");
    await running.pop()?.close();
    expect(process.listenerCount("SIGUSR2")).to.equal(before);
  });

  it("keeps what the application sets itself, and whom the server trusts", async () => {
    const { port, server } = await start();
    server.setSecureContext(second);
    expect(await nameOf(port)).to.equal("second");
    await server.reload({ trust: other.root.pem });
    expect(await nameOf(port)).to.equal("second");
    expect((await callApi({ port, client: eve })).status).to.equal(200);
    expect((await callApi({ port, client: ann })).status).to.equal(403);
    expect(() => {
      server.setSecureContext({ ...first, cert: second.cert });
    }).to.throw(TypeError, /^cert: /);
    expect(await nameOf(port)).to.equal("second");
  });

  it("refuses changes that no shield of its own would take", async () => {
    const server = createMtlsServer({ ...first, ca: ca.root.pem }, () => undefined);
    const fault = await server.reload({ rules: [] }).catch((error: unknown) => error);
    expect(String(fault)).to.match(/changes: have no shield/);
    await server.reload();
  });
});
