import { authority } from "@mtls-shield/testkit";
import { expect } from "chai";

import { systemTimers } from "../../src/base/timers.ts";
import {
  type AddressPolicy,
  operatorAddresses,
  readAllowedHosts,
  readCertificateAddresses,
} from "../../src/network/address-policy.ts";
import { fetchBytes, fetchLimited, type LimitedRequest } from "../../src/network/fetch-limited.ts";
import type { FetchRequest } from "../../src/network/fetcher.ts";
import { createNodeFetcher, type NodeFetcherOptions } from "../../src/network/node-fetcher.ts";
import {
  answer,
  type LoopbackOptions,
  type LoopbackServer,
  type Script,
  serve,
} from "./loopback-server.ts";

const running: LoopbackServer[] = [];

async function start(script: Script, options?: LoopbackOptions): Promise<LoopbackServer> {
  const server = await serve(script, options);
  running.push(server);
  return server;
}

/** What certificates may name: a host of two, at whatever port, and of the private networks only 127.0.0.1. */
function certificatePolicy(port: number): AddressPolicy {
  const hosts = ["crl.corp.example", "ocsp.corp.example", "127.0.0.1", "[::ffff:7f00:1]"];
  return readCertificateAddresses(
    { hosts: hosts.map((host) => `${host}:${port}`), networks: ["127.0.0.1"] },
    "addresses",
  );
}

/** Every name leads to these addresses. */
function leadTo(...addresses: readonly string[]): NodeFetcherOptions {
  return { resolve: () => Promise.resolve(addresses) };
}

type Changes = Partial<LimitedRequest> & { readonly path?: string };

/** Asks a server for crl.corp.example by the address of a certificate. */
function ask(
  { port }: LoopbackServer,
  options: NodeFetcherOptions = leadTo("127.0.0.1"),
  changes: Changes = {},
) {
  const { path = "/a.crl?b", ...others } = changes;
  return fetchBytes(
    { fetcher: createNodeFetcher(options), timers: systemTimers, clock: Date.now },
    {
      url: `http://crl.corp.example:${port}${path}`,
      maxBytes: 1_000_000,
      timeoutMs: 5_000,
      policy: certificatePolicy(port),
      ...others,
    },
  );
}

/** Without the limits. */
function exchange(url: string, changes: Partial<FetchRequest> = {}): FetchRequest {
  const { signal } = new AbortController();
  return { url: new URL(url), method: "GET", headers: {}, signal, admits: () => true, ...changes };
}

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("It did not fail.");
}

/** Does something while these variables are set. */
async function withEnvironment<Result>(
  variables: Readonly<Record<string, string>>,
  use: () => Promise<Result>,
): Promise<Result> {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  try {
    return await use();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  }
}

async function emptied(server: LoopbackServer): Promise<void> {
  while (server.open() > 0) await new Promise((resolve) => setTimeout(resolve, 2));
}

describe("createNodeFetcher", () => {
  afterEach(async () => {
    for (const server of running.splice(0)) await server.close();
  });

  it("asks with a request that says little", async () => {
    const server = await start(answer("200 OK", { ETag: '"1"' }, "hello"));
    const result = await ask(server, undefined, { headers: { accept: "application/pkix-crl" } });
    expect(result).to.deep.equal({
      outcome: "fetched",
      value: Buffer.from("hello"),
      headers: { "content-length": "5", etag: '"1"' },
      validators: { etag: '"1"' },
    });
    expect(server.requests[0]?.split("\r\n")).to.have.members([
      "GET /a.crl?b HTTP/1.1",
      "user-agent: mtls-shield",
      "accept-encoding: identity",
      "accept: application/pkix-crl",
      `host: crl.corp.example:${server.port}`,
      "Connection: close",
      "",
      "",
    ]);
  });

  it("sends a POST with its body and length", async () => {
    const server = await start(answer("200 OK", {}, "yes"));
    const headers = { "content-type": "application/ocsp-request" };
    const result = await ask(server, undefined, {
      method: "POST",
      body: Buffer.from("is it?"),
      headers,
    });
    expect(result).to.include({ outcome: "fetched" });
    expect(server.requests[0]).to.match(/^POST .*\r\ncontent-type: application\/ocsp-request\r\n/s);
    expect(server.requests[0]).to.match(/\r\nContent-Length: 6\r\n\r\nis it\?$/);
  });

  it("reads a body in chunks, and one that ends with the connection", async () => {
    const chunked = "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n";
    for (const [text, body] of [
      [`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}`, "hello!"],
      ["HTTP/1.0 200 OK\r\n\r\nhello", "hello"],
    ] as const) {
      const result = await ask(await start(text));
      expect(result).to.deep.include({ outcome: "fetched", value: Buffer.from(body) });
    }
  });

  it("reads a large body piece by piece", async () => {
    const body = "a".repeat(900_000);
    const server = await start(answer("200 OK", {}, body));
    const result = await ask(server);
    expect(result).to.deep.include({ outcome: "fetched", value: Buffer.from(body) });
  });

  it("does not decompress, and refuses what is compressed", async () => {
    const server = await start(answer("200 OK", { "Content-Encoding": "gzip" }, "\x1f\x8b"));
    expect(await ask(server))
      .to.have.property("problem")
      .that.matches(/sent a content encoding/);
  });

  it("learns that nothing has changed", async () => {
    const server = await start("HTTP/1.1 304 Not Modified\r\n\r\n");
    const result = await ask(server, undefined, { validators: { etag: '"1"' } });
    expect(result).to.include({ outcome: "unchanged" });
    expect(server.requests[0]).to.contain('\r\nif-none-match: "1"\r\n');
  });

  it("tells a refusal, and when to come again", async () => {
    const missing = await ask(await start(answer("404 Not Found")));
    expect(missing)
      .to.have.property("problem")
      .that.matches(/answered with status 404$/);
    const busy = await ask(await start(answer("503 Busy", { "Retry-After": "7" })));
    expect(busy).to.include({ retryAfterMs: 7_000 });
  });

  it("tells when nobody listens", async () => {
    const server = await serve("");
    await server.close();
    expect(await ask(server))
      .to.have.property("problem")
      .that.matches(/refused the connection$/);
  });

  it("tries the next address when nobody listens at the first", async () => {
    const server = await start(answer("200 OK", {}, "hello"));
    const policy = readCertificateAddresses(
      { hosts: [`crl.corp.example:${server.port}`], networks: ["127.0.0.0/8"] },
      "addresses",
    );
    const result = await ask(server, leadTo("127.0.0.7", "127.0.0.1"), { policy });
    expect(result).to.include({ outcome: "fetched" });
  });

  it("tries IPv4 when nobody listens at the IPv6 address", async () => {
    const server = await start(answer("200 OK", {}, "hello"));
    const url = new URL(`http://crl.corp.example:${server.port}/`);
    const policy = operatorAddresses([url]);
    const result = await ask(server, leadTo("::1", "127.0.0.1"), { policy });
    expect(result).to.include({ outcome: "fetched" });
  });

  describe("is not held up or misled by a server that", () => {
    for (const [what, script, problem] of [
      ["says nothing", () => undefined, /did not answer within 150 ms/],
      [
        "trickles its headers",
        (socket) => {
          socket.write("HTTP/1.1 200 OK\r\n");
          const timer = setInterval(() => socket.write("X-A: b\r\n"), 5);
          socket.on("close", () => {
            clearInterval(timer);
          });
        },
        /did not answer within 150 ms/,
      ],
      [
        "trickles its body",
        (socket) => {
          socket.write("HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n");
          const timer = setInterval(() => socket.write("a"), 5);
          socket.on("close", () => {
            clearInterval(timer);
          });
        },
        /did not answer within 150 ms/,
      ],
      [
        "says for ever that it will say something",
        (socket) => {
          const timer = setInterval(() => socket.write("HTTP/1.1 102 Processing\r\n\r\n"), 5);
          socket.on("close", () => {
            clearInterval(timer);
          });
        },
        /did not answer within 150 ms/,
      ],
      [
        "sends a body without an end",
        (socket) => {
          socket.write("HTTP/1.1 200 OK\r\n\r\n");
          const more = () => {
            while (!socket.destroyed && socket.write("a".repeat(65_536)));
          };
          socket.on("drain", more);
          more();
        },
        /sends more than 1000000 bytes/,
      ],
      ["announces too much", answer("200 OK", { "Content-Length": "1000001" }), /sends more than/],
      ["announces more than it sends", answer("200 OK", { "Content-Length": "9" }, "a"), /hung up/],
      [
        "announces less than nothing",
        answer("200 OK", { "Content-Length": "-1" }),
        /in HTTP \(HPE_/,
      ],
      [
        "announces two lengths",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        /in HTTP \(HPE_/,
      ],
      [
        "announces a length beside chunks",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
        /in HTTP \(HPE_/,
      ],
      [
        "hangs up within a chunk",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe",
        /hung up/,
      ],
      [
        "hangs up between two chunks",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n",
        /hung up/,
      ],
      ["hangs up at once", "", /hung up/],
      [
        "breaks the connection in its body",
        (socket) => {
          socket.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab", () => {
            socket.resetAndDestroy();
          });
        },
        /hung up/,
      ],
      ["speaks something else", "SSH-2.0-OpenSSH_9.6\r\n", /in HTTP \(HPE_/],
      ["says nonsense", "\x00\xff".repeat(100), /in HTTP \(HPE_/],
      [
        "changes the protocol",
        "HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        /hung up/,
      ],
      [
        "sends very long headers",
        answer("200 OK", { "X-A": "a".repeat(20_000) }),
        /HPE_HEADER_OVERFLOW/,
      ],
    ] as const satisfies readonly (readonly [string, Script, RegExp])[]) {
      it(what, async () => {
        const server = await start(script);
        const waits = problem.source.includes("within");
        const result = await ask(server, undefined, waits ? { timeoutMs: 150 } : {});
        expect(result).to.include({ outcome: "failed" });
        expect(result).to.have.property("problem").that.matches(problem);
        await emptied(server);
      });
    }

    it("sends more than it announced: the rest is not read", async () => {
      const server = await start(answer("200 OK", { "Content-Length": "2" }, "hello"));
      expect(await ask(server)).to.deep.include({ outcome: "fetched", value: Buffer.from("he") });
    });
  });

  it("closes the connection when the reader has enough", async () => {
    const server = await start((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n\r\nhello");
    });
    const surroundings = {
      fetcher: createNodeFetcher(leadTo("127.0.0.1")),
      timers: systemTimers,
      clock: Date.now,
    };
    const request = {
      url: `http://crl.corp.example:${server.port}/`,
      maxBytes: 10,
      timeoutMs: 5_000,
      policy: certificatePolicy(server.port),
    };
    const result = await fetchLimited(surroundings, request, async (body) => {
      for await (const piece of body) return Buffer.from(piece).toString();
      return "";
    });
    expect(result).to.deep.include({ outcome: "fetched", value: "hello" });
    await emptied(server);
  });

  describe("contacts nobody but whom it may", () => {
    /** A server that is to be reached by a name, and one at the same port of another address, which is not to be. */
    async function pair(script: (port: number) => Script) {
      const forbidden = await start(answer("200 OK", {}, "secret"), { host: "127.0.0.2" });
      const allowed = await start(script(forbidden.port), { port: forbidden.port });
      return { allowed, forbidden };
    }
    const hello = () => answer("200 OK", {}, "hello");

    it("when a name leads to a private address", async () => {
      const { allowed, forbidden } = await pair(hello);
      const problem = `crl.corp.example:${allowed.port} has no address that may be contacted`;
      for (const address of [
        "127.0.0.2",
        "::ffff:127.0.0.2",
        "0.0.0.0",
        "::",
        "::1",
        "169.254.169.254",
      ]) {
        const result = await ask(allowed, leadTo(address));
        expect(result).to.deep.equal({ outcome: "failed", problem });
      }
      expect([allowed.connections(), forbidden.connections()]).to.deep.equal([0, 0]);
    });

    it("when a name leads to a private address, too", async () => {
      const { allowed, forbidden } = await pair(hello);
      const result = await ask(allowed, leadTo("127.0.0.2", "127.0.0.1", "::ffff:127.0.0.2"));
      expect(result).to.deep.include({ outcome: "fetched", value: Buffer.from("hello") });
      expect([allowed.connections(), forbidden.connections()]).to.deep.equal([1, 0]);
    });

    it("when a name leads to nothing, or to what is no address", async () => {
      const { allowed, forbidden } = await pair(hello);
      for (const addresses of [[], [""], ["localhost"], ["127.2"]]) {
        const result = await ask(allowed, leadTo(...addresses), {
          policy: { problemOf: () => undefined, admits: () => true },
        });
        expect(result)
          .to.have.property("problem")
          .that.matches(/has no address that may be/);
      }
      expect([allowed.connections(), forbidden.connections()]).to.deep.equal([0, 0]);
    });

    it("when a name leads elsewhere at every further look (DNS rebinding)", async () => {
      const { allowed, forbidden } = await pair(hello);
      let looks = 0;
      const resolve = () => Promise.resolve([looks++ === 0 ? "127.0.0.1" : "127.0.0.2"]);
      expect(await ask(allowed, { resolve })).to.include({ outcome: "fetched" });
      expect(looks).to.equal(1);
      expect(await ask(allowed, { resolve })).to.include({ outcome: "failed" });
      expect([allowed.connections(), forbidden.connections()]).to.deep.equal([1, 0]);
    });

    it("when a redirect makes a name be looked up again, which now leads elsewhere", async () => {
      const { allowed, forbidden } = await pair(() => answer("302 Found", { Location: "/other" }));
      let looks = 0;
      const resolve = () => Promise.resolve([looks++ === 0 ? "127.0.0.1" : "127.0.0.2"]);
      expect(await ask(allowed, { resolve }))
        .to.have.property("problem")
        .that.matches(/no address/);
      expect([allowed.connections(), forbidden.connections()]).to.deep.equal([1, 0]);
    });

    for (const [what, location] of [
      ["an address", "http://127.0.0.2:PORT/"],
      ["an address as a number", "http://2130706434:PORT/"],
      ["an address in hexadecimal", "http://0x7f.2:PORT/"],
      ["an IPv4-mapped address", "http://[::ffff:127.0.0.2]:PORT/"],
      ["the metadata service", "http://169.254.169.254/latest/meta-data/"],
      ["a local name", "http://localhost:PORT/"],
      ["a name behind user info", "http://crl.corp.example@127.0.0.2:PORT/"],
      ["a name behind a backslash", "http://127.0.0.2:PORT\\@crl.corp.example:PORT/"],
    ] as const) {
      it(`when a redirect leads to ${what}`, async () => {
        const { allowed, forbidden } = await pair((port) =>
          answer("302 Found", { Location: location.replaceAll("PORT", String(port)) }),
        );
        const result = await ask(allowed);
        expect(result)
          .to.have.property("problem")
          .that.matches(/redirects to .*, which is/);
        expect([allowed.connections(), forbidden.connections()]).to.deep.equal([1, 0]);
      });
    }

    it("when an operator's address redirects to a host that the operator did not name", async () => {
      const { allowed, forbidden } = await pair((port) =>
        answer("302 Found", { Location: `http://127.0.0.2:${port}/` }),
      );
      const url = `http://127.0.0.1:${allowed.port}/`;
      const strict = operatorAddresses([new URL(url)]);
      expect(await ask(allowed, {}, { url, policy: strict })).to.include({ outcome: "failed" });
      expect(forbidden.connections()).to.equal(0);
      const hosts = readAllowedHosts([`127.0.0.2:${allowed.port}`], "hosts");
      const wide = operatorAddresses([new URL(url)], hosts);
      const result = await ask(allowed, {}, { url, policy: wide });
      expect(result).to.deep.include({ outcome: "fetched", value: Buffer.from("secret") });
    });

    it("when the URL is an address, however it is spelt", async () => {
      const { allowed, forbidden } = await pair(hello);
      const fetcher = createNodeFetcher({
        resolve: () => Promise.reject(new Error("An address was looked up.")),
      });
      const admits = (address: string) => address === "127.0.0.1";
      for (const host of [
        "127.0.0.2",
        "2130706434",
        "0x7f.2",
        "0177.2",
        "[::ffff:127.0.0.2]",
        "[::1]",
      ]) {
        const url = `http://${host}:${forbidden.port}/`;
        const error = await failureOf(fetcher(exchange(url, { admits })));
        expect(error.message).to.equal("has no address that may be contacted");
      }
      for (const host of ["127.0.0.1", "2130706433", "0x7f.1", "0177.1"]) {
        const response = await fetcher(exchange(`http://${host}:${allowed.port}/`, { admits }));
        expect(response.status).to.equal(200);
        for await (const piece of response.body) expect(piece).to.have.length(5);
      }
      expect([allowed.connections(), forbidden.connections()]).to.deep.equal([4, 0]);
    });

    it("and says nothing on a connection that has led elsewhere", async () => {
      const server = await start(answer("200 OK"));
      // 0.0.0.0 leads to 127.0.0.1.
      const admits = (address: string) => address === "0.0.0.0";
      for (const scheme of ["http", "https"]) {
        const url = `${scheme}://crl.corp.example:${server.port}/`;
        const fetcher = createNodeFetcher(leadTo("0.0.0.0"));
        const error = await failureOf(fetcher(exchange(url, { admits })));
        expect(error.message).to.equal("has led to an address that may not be contacted");
      }
      await emptied(server);
      expect(server.requests).to.be.empty;
    });

    it("and goes by no proxy", async () => {
      const { allowed, forbidden } = await pair(hello);
      const proxy = `http://127.0.0.2:${forbidden.port}`;
      const result = await withEnvironment(
        { http_proxy: proxy, HTTP_PROXY: proxy, NODE_USE_ENV_PROXY: "1" },
        () => ask(allowed),
      );
      expect(result).to.include({ outcome: "fetched" });
      expect(forbidden.connections()).to.equal(0);
    });

    it("and speaks http and https only", async () => {
      const { allowed } = await pair(hello);
      const fetcher = createNodeFetcher(leadTo("127.0.0.1"));
      const error = await failureOf(fetcher(exchange(`ftp://127.0.0.1:${allowed.port}/`)));
      expect(error).to.have.property("code", "ERR_INVALID_PROTOCOL");
      expect(allowed.connections()).to.equal(0);
    });
  });

  it("looks names up with the operating system by default", async () => {
    const server = await start(answer("200 OK", {}, "hello"));
    const url = new URL(`http://localhost:${server.port}/`);
    const result = await ask(server, {}, { url, policy: operatorAddresses([url]) });
    expect(result).to.deep.include({ outcome: "fetched", value: Buffer.from("hello") });
  });

  it("has a default port for each scheme", async () => {
    for (const url of ["http://crl.corp.example/", "https://crl.corp.example/"]) {
      const fetcher = createNodeFetcher(leadTo("127.0.0.9"));
      expect(await failureOf(fetcher(exchange(url)))).to.have.property("code", "ECONNREFUSED");
    }
  });

  it("gives up while a name is looked up", async () => {
    const server = await start(answer("200 OK"));
    const resolve = () => new Promise<never>(() => undefined);
    const result = await ask(server, { resolve }, { timeoutMs: 20 });
    expect(result)
      .to.have.property("problem")
      .that.matches(/did not answer within 20 ms/);
  });

  it("tells when a name leads nowhere", async () => {
    const server = await start(answer("200 OK"));
    const unknown = Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" });
    const result = await ask(server, { resolve: () => Promise.reject(unknown) });
    expect(result)
      .to.have.property("problem")
      .that.matches(/has no address$/);
  });

  it("ends a body with the signal", async () => {
    const server = await start((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n\r\nhello");
    });
    const controller = new AbortController();
    const request = exchange(`http://127.0.0.1:${server.port}/`, { signal: controller.signal });
    const { body } = await createNodeFetcher()(request);
    const iterator = body[Symbol.asyncIterator]();
    await iterator.next();
    controller.abort();
    expect((await failureOf(iterator.next())).name).to.equal("AbortError");
    await emptied(server);
  });

  it("destroys the connection when whoever reads the body stops", async () => {
    const server = await start((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n\r\nhello");
    });
    const { body } = await createNodeFetcher()(exchange(`http://127.0.0.1:${server.port}/`));
    for await (const piece of body) {
      expect(piece).to.have.length(5);
      break;
    }
    await emptied(server);
  });

  it("sends the operator's password to the operator's host, and shows it nobody", async () => {
    const server = await start(answer("500 Broken"));
    const url = new URL(`http://user:s%C3%A9cret@127.0.0.1:${server.port}/`);
    const result = await ask(server, {}, { url, policy: operatorAddresses([url]) });
    expect(result).to.deep.equal({
      outcome: "failed",
      problem: `127.0.0.1:${server.port} answered with status 500`,
    });
    const basic = Buffer.from("user:sécret").toString("base64");
    expect(server.requests[0]).to.contain(`Authorization: Basic ${basic}\r\n`);
  });

  describe("over TLS", () => {
    const ca = authority();
    const good = ca.server({ dnsNames: ["crl.corp.example"], ipAddresses: ["127.0.0.1"] });
    const tls = { cert: good.chainPem, key: good.leaf.privateKeyPem };
    const trusting = { ...leadTo("127.0.0.1"), ca: good.root.pem };

    function secure(server: LoopbackServer, host = "crl.corp.example"): Changes {
      return { url: `https://${host}:${server.port}/` };
    }

    it("fetches from a server with a certificate for its name, or its address", async () => {
      const server = await start(answer("200 OK", {}, "hello"), { tls });
      for (const host of ["crl.corp.example", "127.0.0.1"]) {
        expect(await ask(server, trusting, secure(server, host))).to.include({
          outcome: "fetched",
        });
      }
      expect(await ask(server, { ...trusting, ca: [good.root.pem] }, secure(server))).to.include({
        outcome: "fetched",
      });
    });

    it("asks nothing of a server with another name, or an unknown issuer, whatever the environment says", async () => {
      const server = await start(answer("200 OK", {}, "hello"), { tls });
      await withEnvironment({ NODE_TLS_REJECT_UNAUTHORIZED: "0" }, async () => {
        const other = await ask(server, trusting, secure(server, "ocsp.corp.example"));
        expect(other).to.have.property("problem").that.contains("ERR_TLS_CERT_ALTNAME_INVALID");
        const stranger = await ask(server, leadTo("127.0.0.1"), secure(server));
        expect(stranger)
          .to.have.property("problem")
          .that.matches(/\((?:SELF_SIGNED|UNABLE)_/);
      });
      expect(server.requests).to.be.empty;
    });

    it("does not go on from https to http", async () => {
      const plain = await start(answer("200 OK", {}, "hello"));
      const location = `http://crl.corp.example:${plain.port}/`;
      const server = await start(answer("302 Found", { Location: location }), { tls });
      const result = await ask(server, trusting, secure(server));
      expect(result)
        .to.have.property("problem")
        .that.matches(/redirects from https to http$/);
      expect(plain.connections()).to.equal(0);
    });

    it("is not held up by a server that says nothing in the handshake", async () => {
      const server = await start(() => undefined);
      const result = await ask(server, trusting, { ...secure(server), timeoutMs: 50 });
      expect(result)
        .to.have.property("problem")
        .that.matches(/did not answer within 50 ms/);
      await emptied(server);
    });
  });
});
