import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { expect } from "chai";
import type { Decision, RevocationOptions } from "@mtls-shield/node";
import { createAuthority } from "@mtls-shield/pki";
import { authority, requireTool } from "@mtls-shield/testkit";
import { frameworks } from "./apps.ts";
import { eventually } from "./eventually.ts";
import { OpensslAuthority, type OpensslClient } from "./openssl-authority.ts";
import { startOpensslResponder, type OpensslResponderOptions } from "./openssl-responder.ts";
import { RunningApps } from "./running-apps.ts";
import { WorkFolder } from "./work-folder.ts";

const server = authority().server();

/** What the issue promises for a file. */
const fileMs = 1_000;

/** One request on a connection of its own: the code of the refusal, or the client that the application saw. */
async function ask(
  port: number,
  { certificatePem, privateKeyPem }: Pick<OpensslClient, "certificatePem" | "privateKeyPem">,
): Promise<string> {
  const outgoing = request({
    host: "127.0.0.1",
    port,
    agent: false,
    cert: certificatePem,
    key: privateKeyPem,
    // Who the server is does not matter here; who the client is does.
    rejectUnauthorized: false,
  });
  outgoing.end();
  const [response] = (await once(outgoing, "response")) as [IncomingMessage];
  let text = "";
  for await (const chunk of response) text += String(chunk);
  const { code, client } = JSON.parse(text) as { readonly code?: string; readonly client?: string };
  return code ?? String(client);
}

/** The facts of the last refusal: what the operator reads. */
function detailsOf(decision: Decision | undefined): Readonly<Record<string, unknown>> {
  return decision?.outcome === "deny" ? decision.reason.details : {};
}

describe("openssl as the peer", function () {
  this.timeout(30_000);
  let apps = new RunningApps(server);
  before(function () {
    requireTool(this, "openssl");
  });
  beforeEach(() => {
    apps = new RunningApps(server);
  });
  afterEach(() => apps.stop());

  /** An application of any framework that trusts an authority made by openssl. */
  async function start(
    ca: Pick<OpensslAuthority, "certificatePem">,
    revocation: RevocationOptions,
    framework = frameworks[0]!,
  ) {
    let last: Decision | undefined;
    const { port, shield, events } = await apps.start(framework, {
      trust: ca.certificatePem,
      revocation,
      onDecision: ({ decision }) => {
        last = decision;
      },
    });
    return {
      shield,
      events,
      ask: (client: OpensslClient) => ask(port, client),
      lastDetails: () => detailsOf(last),
    };
  }

  describe("`openssl ocsp` as the responder", () => {
    const folder = new WorkFolder();
    let ca: OpensslAuthority;
    let good: OpensslClient;
    let bad: OpensslClient;
    let held: OpensslClient;
    let unrecorded: OpensslClient;
    before(() => {
      ca = new OpensslAuthority(folder);
      good = ca.issue("good");
      bad = ca.issue("bad");
      held = ca.issue("held");
      unrecorded = ca.issueUnrecorded("unrecorded");
      ca.issue("responder", "responder");
      ca.issue("pretender", "client");
      ca.revoke(bad, "keyCompromise");
      ca.revoke(held, "certificateHold");
    });
    after(() => {
      folder.delete();
    });

    async function startAsking(
      ocsp: Partial<
        Exclude<RevocationOptions["ocsp"], string | readonly string[] | undefined>
      > = {},
      responder: Omit<OpensslResponderOptions, "folder"> = {},
      more: RevocationOptions = {},
    ) {
      const { url, stop } = await startOpensslResponder({ folder: ca.folderPath, ...responder });
      apps.onStop(stop);
      return start(ca, { ...more, ocsp: { responders: url, ...ocsp } });
    }

    /** Whatever the way of asking, these are the answers. */
    async function expectVerdicts(app: Awaited<ReturnType<typeof startAsking>>): Promise<void> {
      expect(await app.ask(good)).to.equal("good");
      expect(await app.ask(bad)).to.equal("certificate-revoked");
      expect(app.lastDetails()).to.include({ reason: "keyCompromise" });
      expect(await app.ask(held)).to.equal("certificate-on-hold");
      expect(await app.ask(unrecorded)).to.equal("responder-unknown");
    }

    it("is believed: good, revoked with its reason, on hold, unknown", async () => {
      await expectVerdicts(await startAsking());
    });

    it("is believed with a nonce that has to come back", async () => {
      await expectVerdicts(await startAsking({ nonce: "require" }));
    });

    it("is believed over GET, without a nonce", async () => {
      await expectVerdicts(await startAsking({ nonce: "off" }));
    });

    it("is believed with a SHA-256 CertID, over POST and GET", async () => {
      await expectVerdicts(await startAsking({ certificateIdHash: "sha256" }));
      await expectVerdicts(await startAsking({ certificateIdHash: "sha256", nonce: "off" }));
    });

    it("is believed when a delegate of the authority signs, by its name and by its key", async () => {
      await expectVerdicts(await startAsking({}, { signer: "responder" }));
      const args = ["-nmin", "60", "-resp_key_id"];
      await expectVerdicts(await startAsking({}, { signer: "responder", args }));
    });

    it("is believed for a short time when its answers say no nextUpdate", async () => {
      await expectVerdicts(await startAsking({}, { args: [] }));
    });

    it("is not believed when a client of the authority signs, which has no right to", async () => {
      const app = await startAsking({}, { signer: "pretender" });
      expect(await app.ask(good)).to.equal("revocation-unknown");
      expect(app.lastDetails()["problem"]).to.equal(
        "the responder's certificate is not for signing OCSP responses",
      );
    });

    it("makes itself heard again: who is revoked later is refused later", async () => {
      const later = ca.issue("later");
      const app = await startAsking({}, {}, { refreshMs: 1_000 });
      expect(await app.ask(later)).to.equal("later");
      ca.revoke(later, "superseded");
      const isRefused = async () => (await app.ask(later)) === "certificate-revoked";
      await eventually("the client is refused", isRefused, { withinMs: 5_000 });
      expect(app.lastDetails()).to.include({ reason: "superseded" });
    });
  });

  describe("lists by `openssl ca -gencrl`", () => {
    it("refuse whom the database has revoked, with the reason, and let in everybody else", async () => {
      const ca = new OpensslAuthority(apps.folder());
      const good = ca.issue("good");
      const reasons = ["keyCompromise", "superseded", "certificateHold"] as const;
      const revoked = reasons.map((reason) => [reason, ca.issue(reason)] as const);
      for (const [reason, client] of revoked) ca.revoke(client, reason);
      const plain = ca.issue("plain");
      ca.revoke(plain);
      const app = await start(ca, { crl: ca.writeList("ca.crl") });
      await app.shield.whenReady();
      expect(await app.ask(good)).to.equal("good");
      for (const [reason, client] of revoked) {
        const code = reason === "certificateHold" ? "certificate-on-hold" : "certificate-revoked";
        expect(await app.ask(client), reason).to.equal(code);
        expect(app.lastDetails()).to.include({ reason, crlIssuer: "CN=OpenSSL Root" });
      }
      expect(await app.ask(plain)).to.equal("certificate-revoked");
    });

    it("take effect within a second when openssl writes a new one into the file, and an old one no more", async () => {
      const ca = new OpensslAuthority(apps.folder());
      const [ann, eve] = [ca.issue("ann"), ca.issue("eve")];
      const app = await start(ca, { crl: ca.writeList("ca.crl") });
      ca.copy("ca.crl", "old.crl");
      expect(await app.ask(eve)).to.equal("eve");
      ca.revoke(eve, "keyCompromise");
      ca.writeList("ca.crl");
      const isRefused = async () => (await app.ask(eve)) === "certificate-revoked";
      await eventually("eve is refused", isRefused, { withinMs: fileMs });
      expect(await app.ask(ann)).to.equal("ann");
      ca.copy("old.crl", "ca.crl");
      const isRejected = () => app.events.some(({ type }) => type === "revocation-list-rejected");
      await eventually("the old list is rejected", isRejected, { withinMs: 2 * fileMs });
      expect(await app.ask(eve)).to.equal("certificate-revoked");
    });

    it("hold a client until a delta takes the hold back", async () => {
      const ca = new OpensslAuthority(apps.folder());
      const [ann, eve] = [ca.issue("ann"), ca.issue("eve")];
      ca.revoke(ann, "certificateHold");
      const lists = [ca.writeList("ca.crl")];
      expect(await (await start(ca, { crl: lists })).ask(ann)).to.equal("certificate-on-hold");
      ca.endHolds();
      ca.revoke(eve, "keyCompromise");
      lists.push(ca.writeList("delta.crl", "crl_delta"));
      const app = await start(ca, { crl: lists });
      await app.shield.whenReady();
      expect(await app.ask(ann)).to.equal("ann");
      expect(await app.ask(eve)).to.equal("certificate-revoked");
    });

    it("speak of nobody but those whose distribution point they are", async () => {
      const ca = new OpensslAuthority(apps.folder());
      const outside = ca.issue("outside");
      const [ann, eve] = (["ann", "eve"] as const).map((name) =>
        ca.issue(name, "client_of_users_list"),
      ) as [OpensslClient, OpensslClient];
      ca.revoke(eve, "superseded");
      const app = await start(ca, { crl: ca.writeList("users.crl", "crl_users") });
      expect(await app.ask(ann)).to.equal("ann");
      expect(await app.ask(eve)).to.equal("certificate-revoked");
      expect(await app.ask(outside)).to.equal("revocation-unknown");
    });

    it("may be of version 1, as openssl writes them by default", async () => {
      const ca = new OpensslAuthority(apps.folder());
      const [ann, eve] = [ca.issue("ann"), ca.issue("eve")];
      ca.revoke(eve);
      const app = await start(ca, { crl: ca.writePlainList("plain.crl") });
      expect(await app.ask(ann)).to.equal("ann");
      expect(await app.ask(eve)).to.equal("certificate-revoked");
    });

    it("are nobody's word when another authority of the same name has signed them", async () => {
      const ca = new OpensslAuthority(apps.folder());
      const other = new OpensslAuthority(apps.folder());
      const ann = ca.issue("ann");
      const app = await start(ca, { crl: other.writeList("ca.crl") });
      expect(await app.ask(ann)).to.equal("revocation-unknown");
      expect(app.shield.isReady()).to.equal(false);
    });
  });
});

describe("the whole circle on one machine, with @mtls-shield/pki", function () {
  this.timeout(30_000);
  let apps = new RunningApps(server);
  beforeEach(() => {
    apps = new RunningApps(server);
  });
  afterEach(() => apps.stop());

  for (const framework of frameworks) {
    it(`${framework.name}: a client is let in, revoked, and refused, by its list and by the responder`, async () => {
      const ca = await createAuthority();
      const [ann, eve] = await Promise.all(
        ["ann", "eve"].map((commonName) => ca.issueClient({ subject: { commonName } })),
      );
      const folder = apps.folder();
      const crl = folder.replace("ca.crl", (await ca.createCrl()).pem);
      const responder = await ca.issueOcspResponder();
      const { handler } = ca.createOcspResponder({ responder });
      const ocsp = await apps.serve((incoming, outgoing) => {
        handler(incoming, outgoing);
      });
      const by = {
        list: { crl },
        responder: { ocsp, refreshMs: 1_000 },
        both: { crl, ocsp, refreshMs: 1_000 },
      };
      const outcomes = await Promise.all(
        Object.values(by).map(async (revocation) => {
          const { port } = await apps.start(framework, { trust: ca.trustPem, revocation });
          return (client = eve!) =>
            ask(port, { certificatePem: client.chainPem, privateKeyPem: client.privateKeyPem });
        }),
      );
      const askAll = () => Promise.all(outcomes.map((one) => one()));
      expect(await askAll()).to.deep.equal(["eve", "eve", "eve"]);
      ca.revoke(eve!, { reason: "keyCompromise" });
      folder.replace("ca.crl", (await ca.createCrl()).pem);
      await eventually(
        "eve is refused everywhere",
        async () => (await askAll()).every((outcome) => outcome === "certificate-revoked"),
        { withinMs: 5_000 },
      );
      for (const one of outcomes) expect(await one(ann)).to.equal("ann");
    });
  }
});
