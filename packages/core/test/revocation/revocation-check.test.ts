import {
  authority,
  crlDistributionPoints,
  der,
  extensions,
  freshestCrl,
  ocspDelegate,
  ocspResponse,
} from "@mtls-shield/testkit";
import { expect } from "chai";

import type { Profile } from "../../src/path/profile.ts";
import { createDenyList } from "../../src/revocation/deny-list/deny-list.ts";
import type { RevocationOptions } from "../../src/revocation/revocation-options.ts";
import { MemoryStore } from "../../src/store/memory-store.ts";
import {
  answerAbout,
  detailsOf,
  issuing,
  issuingClock,
  listBy,
  responder,
  revokingShield,
  root,
} from "./revoking-shield.ts";
import { silence, start, until } from "./scripted-world.ts";

/** Signs lists in the name of the issuing authority, with a key of its own. */
const signer = root.client({
  subject: issuing.certificate.parts.subject,
  extensions: {
    keyUsage: extensions.keyUsage("cRLSign"),
    basicConstraints: "absent",
    subjectAltName: "absent",
  },
}).leaf;

const dayMs = 86_400_000;
const client = issuing.client({ commonName: "client" });
const rootPem = root.certificate.pem;
const trust = { roots: rootPem, intermediates: issuing.certificate.pem };
const rootList = listBy(root.certificate);

const ocspMethod = "1.3.6.1.5.5.7.48.1";

/** The Extension `authorityInfoAccess` of one address. */
function access(method: string, address: string): Uint8Array {
  const location = der.primitive(6, Buffer.from(address));
  return extensions.extension(
    "1.3.6.1.5.5.7.1.1",
    der.sequence(der.sequence(der.oid(method), location)),
  );
}

/** A shield with the lists of both authorities, the issuing one's as given. */
async function withLists(
  changes: Parameters<typeof listBy>[1] = {},
  revocation: Omit<RevocationOptions, "crl"> = {},
) {
  const crl = [rootList, listBy(issuing.certificate, changes)];
  const setup = revokingShield({ trust, revocation: { crl, ...revocation } });
  await setup.loaded();
  return setup;
}

/** A shield that asks the responder, which answers as given. */
function withResponder(
  answer: Parameters<typeof answerAbout>[2] | "silent",
  revocation: RevocationOptions = {},
) {
  const setup = revokingShield({
    trust,
    revocation: { ocsp: responder, covers: "leaf", ...revocation },
  });
  setup.world.reply = () =>
    answer === "silent" ? { status: 500 } : answerAbout(issuing.certificate, client.leaf, answer);
  return setup;
}

describe("RevocationCheck, by mode", () => {
  for (const [said, hard, soft] of [
    ["good", "allow", "allow"],
    ["revoked", "certificate-revoked", "certificate-revoked"],
    ["unknown", "responder-unknown", "responder-unknown"],
    ["silent", "revocation-unknown", "allow revocation-unknown"],
  ] as const) {
    it(`takes a responder's "${said}" for what it is`, async () => {
      expect(await withResponder(said).ask(client)).to.equal(hard);
      expect(await withResponder(said, { mode: "hard" }).ask(client)).to.equal(hard);
      expect(await withResponder(said, { mode: "soft" }).ask(client)).to.equal(soft);
      const off = withResponder(said, { mode: "off" });
      expect(await off.ask(client)).to.equal("allow");
      expect(off.world.requests).to.deep.equal([]);
    });
  }

  it("takes a responder's hold for one, with reason and date", async () => {
    const { world, decide } = withResponder("good", { mode: "soft" });
    world.reply = () =>
      answerAbout(issuing.certificate, client.leaf, "revoked", {
        reason: "certificateHold",
        revocationDate: start - dayMs,
      });
    const context = await decide(client);
    expect(context.decision).to.have.nested.property("reason.code", "certificate-on-hold");
    expect(detailsOf(context)).to.include({
      certificateIndex: 0,
      reason: "certificateHold",
      revokedAt: "2029-12-31T00:00:00.000Z",
    });
  });

  for (const mode of ["hard", "soft"] as const) {
    it(`refuses in ${mode} mode whom a list revokes or suspends`, async () => {
      const revoked = await withLists({ revoked: [client.leaf] }, { mode });
      expect(await revoked.ask(client)).to.equal("certificate-revoked");
      const entry = { certificate: client.leaf, reason: "certificateHold" } as const;
      const held = await withLists({ revoked: [entry] }, { mode });
      expect(await held.ask(client)).to.equal("certificate-on-hold");
      expect(await (await withLists({}, { mode })).ask(client)).to.equal("allow");
    });
  }

  it("asks no list that it was told not to, nor reads it", async () => {
    const { shield, ask, world } = await withLists({ revoked: [client.leaf] }, { mode: "off" });
    expect(shield.isReady()).to.equal(true);
    expect(await ask(client)).to.equal("allow");
    expect(world.events).to.deep.equal([]);
  });

  it("says which certificate's status nobody can tell, and why", async () => {
    const { decide } = revokingShield({
      trust,
      revocation: { crl: [listBy(issuing.certificate)] },
    });
    expect(detailsOf(await decide(client))).to.deep.include({
      certificateIndex: 1,
      issuer: "CN=Root",
      problem: "there is no list for the certificate",
    });
  });

  it("tells the problems of both methods, where there are both", async () => {
    const crl = [listBy(root.certificate)];
    const { world, decide } = revokingShield({
      trust,
      revocation: { crl, ocsp: responder, covers: "leaf" },
    });
    world.reply = () => ({ status: 500 });
    expect(detailsOf(await decide(client))["problem"]).to.match(
      /^there is no list for the certificate; .*500/,
    );
    const { decide: askResponder } = withResponder("silent");
    expect(detailsOf(await askResponder(client))["problem"]).to.match(/^[^;]*500[^;]*$/);
  });
});

describe("RevocationCheck, what is forgiven", () => {
  it("stands in the decision's warnings, in an event and nowhere else", async () => {
    const { world, decide } = withResponder("silent", { mode: "soft" });
    const context = await decide(client);
    expect(context).to.have.property("authenticated", true);
    const { warnings } = context.decision;
    expect(warnings.map(({ code, certificateIndex }) => [code, certificateIndex])).to.deep.equal([
      ["revocation-unknown", 0],
    ]);
    expect(JSON.stringify(context.client)).to.not.include("revocation-unknown");
    const forgiven = world.events.filter(({ type }) => type === "revocation-status-forgiven");
    expect(forgiven).to.deep.equal([
      {
        time: start,
        type: "revocation-status-forgiven",
        trust: "default",
        details: warnings[0]?.details,
      },
    ]);
  });

  it("is told of each certificate of the path", async () => {
    const { decide } = revokingShield({
      trust,
      revocation: { crl: new URL("http://crl.example/a.crl"), mode: "soft" },
    });
    const { warnings } = (await decide(client)).decision;
    expect(warnings.map(({ certificateIndex }) => certificateIndex)).to.deep.equal([1, 0]);
  });

  it("is asked anew after a few seconds, and refused or good then", async () => {
    const { world, timers, ask } = withResponder("silent", { mode: "soft" });
    expect(await ask(client)).to.equal("allow revocation-unknown");
    world.reply = () => answerAbout(issuing.certificate, client.leaf, "revoked");
    await timers.advance(5_000);
    expect(await ask(client)).to.equal("certificate-revoked");
  });

  it("is told of the certificates of the client's path, and not of whoever signs lists", async () => {
    const crl = { from: [listBy(signer)], signers: signer.pem };
    const { world, ask, loaded } = revokingShield({ trust, revocation: { crl, mode: "soft" } });
    await loaded();
    // The list speaks of the client; nobody speaks of its signer and of the authority.
    expect(await ask(client)).to.equal("allow revocation-unknown");
    const forgiven = world.events.filter(({ type }) => type === "revocation-status-forgiven");
    expect(forgiven).to.have.length(1);
  });
});

describe("RevocationCheck, lists of signers apart from the issuer", () => {
  const askWith = async (lists: readonly Uint8Array[], profile: Profile = "default") => {
    const svid = issuing.client({ uris: ["spiffe://corp.example/client"], dnsNames: [] });
    const crl = { from: [listBy(signer), ...lists], signers: signer.pem };
    const setup = revokingShield({ trust, profile, revocation: { crl, covers: "leaf" } });
    await setup.loaded();
    return setup.ask(svid);
  };

  it("count only if the signer's own status is known and good", async () => {
    expect(await askWith([])).to.equal("revocation-unknown");
    expect(await askWith([rootList])).to.equal("allow");
    const revoked = listBy(root.certificate, { revoked: [signer] });
    expect(await askWith([revoked])).to.equal("revocation-unknown");
  });

  it("count although the signer is no SVID, where clients have to be", async () => {
    expect(await askWith([rootList], "spiffe")).to.equal("allow");
  });
});

describe("RevocationCheck, which certificates need a status", () => {
  it("asks about authorities by default, and only about clients when told so", async () => {
    const only = [listBy(issuing.certificate)];
    const whole = revokingShield({ trust, revocation: { crl: only } });
    expect(await whole.ask(client)).to.equal("revocation-unknown");
    const leaf = revokingShield({ trust, revocation: { crl: only, covers: "leaf" } });
    expect(await leaf.ask(client)).to.equal("allow");
  });

  it("refuses the client of an authority that was revoked, and names the authority", async () => {
    const crl = [listBy(root.certificate, { revoked: [issuing.certificate] })];
    const lists = [...crl, listBy(issuing.certificate)];
    for (const mode of ["hard", "soft"] as const) {
      const { decide, loaded } = revokingShield({ trust, revocation: { crl: lists, mode } });
      await loaded();
      const context = await decide(client);
      expect(context.decision).to.have.nested.property("reason.code", "certificate-revoked");
      expect(detailsOf(context)["certificateIndex"]).to.equal(1);
    }
  });

  it("goes another way where an authority was revoked and another certificate of it was not", async () => {
    const { keyPair } = { keyPair: issuing.certificate };
    const again = root.intermediate({ commonName: "Issuing", keyPair, serialNumber: 99n });
    const crl = [
      listBy(root.certificate, { revoked: [issuing.certificate] }),
      listBy(issuing.certificate),
    ];
    const both = [issuing.certificate.pem, again.certificate.pem];
    const { ask, loaded } = revokingShield({
      trust: { roots: rootPem, intermediates: both },
      revocation: { crl },
    });
    await loaded();
    expect(await ask(client)).to.equal("allow");
  });

  const noRevAvail = extensions.extension("2.5.29.56", der.nullValue());
  const silentClient = issuing.client({ moreExtensions: [noRevAvail] });
  const askAbout = (one: typeof client, revocation: RevocationOptions) =>
    withResponder("silent", revocation).ask(one);

  it("lets pass without a status who says that there is none, only when told so (RFC 9608)", async () => {
    expect(await askAbout(silentClient, {})).to.equal("revocation-unknown");
    expect(await askAbout(silentClient, { noRevAvail: true })).to.equal("allow");
    expect(await askAbout(client, { noRevAvail: true })).to.equal("revocation-unknown");
  });

  it("does not believe that of an authority, nor of what names an address that tells a status", async () => {
    const ca = extensions.basicConstraints({ ca: true });
    const point = { uris: ["http://crl.example/a.crl"] };
    const ocsp = access(ocspMethod, "http://ocsp.example");
    const freshest = freshestCrl(point);
    const odd = [
      issuing.client({
        moreExtensions: [noRevAvail],
        extensions: { basicConstraints: ca },
      }),
      issuing.client({ moreExtensions: [noRevAvail, crlDistributionPoints(point)] }),
      issuing.client({ moreExtensions: [noRevAvail, ocsp] }),
      issuing.client({ moreExtensions: [noRevAvail, freshest] }),
    ];
    for (const one of odd) {
      expect(await askAbout(one, { noRevAvail: true })).to.equal("revocation-unknown");
    }
    const issuers = access("1.3.6.1.5.5.7.48.2", "http://ca.example/ca.crt");
    const fine = issuing.client({ moreExtensions: [noRevAvail, issuers] });
    expect(await askAbout(fine, { noRevAvail: true })).to.equal("allow");
  });

  it("never believes it of an authority in the path", async () => {
    const silentCa = root.intermediate({ moreExtensions: [noRevAvail] });
    const below = silentCa.client();
    const { ask } = revokingShield({
      trust: { roots: rootPem, intermediates: silentCa.certificate.pem },
      revocation: { crl: listBy(silentCa.certificate), noRevAvail: true },
    });
    expect(await ask(below)).to.equal("revocation-unknown");
  });

  it("lets pass without a status who is short-lived enough, and nobody by default", async () => {
    const short = issuing.client({ notBefore: start - 1_000, notAfter: start + 3_599_000 });
    const moment = issuing.client({ notBefore: start, notAfter: start });
    expect(await askAbout(short, {})).to.equal("revocation-unknown");
    expect(await askAbout(moment, {})).to.equal("revocation-unknown");
    expect(await askAbout(short, { shortLivedMs: 3_600_000 })).to.equal("allow");
    expect(await askAbout(short, { shortLivedMs: 3_599_999 })).to.equal("revocation-unknown");
  });

  it("refuses whom a list at hand revokes although it needs no status", async () => {
    for (const needless of [{}, { noRevAvail: true }, { shortLivedMs: 1_000 * dayMs }]) {
      const { ask } = await withLists({ revoked: [silentClient.leaf] }, needless);
      expect(await ask(silentClient)).to.equal("certificate-revoked");
    }
  });
});

describe("RevocationCheck, which method comes first", () => {
  const both = async (first: "crl" | "ocsp", list: Parameters<typeof listBy>[1] = {}) => {
    const crl = [rootList, listBy(issuing.certificate, list)];
    const setup = revokingShield({
      trust,
      revocation: { crl, ocsp: responder, covers: "leaf", first },
    });
    // An expired one is none that the shield could be ready with.
    await until(() => setup.world.events.length >= 2);
    return setup;
  };

  it("asks no responder about whom a list speaks of, unless it comes first", async () => {
    const lists = await both("crl");
    expect(await lists.ask(client)).to.equal("allow");
    expect(lists.world.requests).to.have.length(0);
    const asked = await both("ocsp");
    asked.world.reply = () => answerAbout(issuing.certificate, client.leaf, "revoked");
    expect(await asked.ask(client)).to.equal("certificate-revoked");
    expect(asked.world.requests).to.have.length(1);
  });

  it("believes a list that revokes, whatever a responder would say", async () => {
    const asked = await both("ocsp", { revoked: [client.leaf] });
    expect(await asked.ask(client)).to.equal("certificate-revoked");
    expect(asked.world.requests).to.have.length(0);
  });

  it("asks the other where the first says nothing", async () => {
    const noList = await both("crl", { nextUpdate: start - 2_000 });
    noList.world.reply = () => answerAbout(issuing.certificate, client.leaf);
    expect(await noList.ask(client)).to.equal("allow");
    const noAnswer = await both("ocsp");
    noAnswer.world.reply = () => ({ status: 500 });
    expect(await noAnswer.ask(client)).to.equal("allow");
  });

  it("asks the first again before long, where the second had to answer for it", async () => {
    const { world, timers, ask } = await both("ocsp");
    world.reply = () => ({ status: 500 });
    expect(await ask(client)).to.equal("allow");
    world.reply = () => answerAbout(issuing.certificate, client.leaf, "unknown");
    await timers.advance(5_000);
    expect(await ask(client)).to.equal("responder-unknown");
  });

  it("lets the list speak for itself where the responder may not be asked", async () => {
    const { ask, loaded } = revokingShield({
      trust,
      revocation: {
        crl: [rootList, listBy(issuing.certificate)],
        certificateAddresses: { hosts: ["crl.example"] },
        first: "ocsp",
      },
    });
    await loaded();
    expect(await ask(client)).to.equal("allow");
  });
});

describe("RevocationCheck, addresses in certificates", () => {
  const named = issuing.client({
    moreExtensions: [
      access(ocspMethod, "http://ocsp.allowed.example/"),
      crlDistributionPoints({ uris: ["http://crl.allowed.example/a.crl"] }),
    ],
  });

  it("asks none unless its host is allowed", async () => {
    const { world, ask } = revokingShield({
      trust,
      revocation: {
        covers: "leaf",
        ocsp: {},
        certificateAddresses: { hosts: ["elsewhere.example"] },
      },
    });
    expect(await ask(named)).to.equal("revocation-unknown");
    expect(world.requests).to.have.length(0);
  });

  it("says that a certificate names no responder that may be asked", async () => {
    const { decide } = revokingShield({
      trust,
      revocation: {
        covers: "leaf",
        ocsp: {},
        certificateAddresses: { hosts: ["elsewhere.example"] },
      },
    });
    expect(detailsOf(await decide(client))["problem"]).to.equal(
      "the certificate names no OCSP responder that may be asked",
    );
  });

  it("asks the responder that a verified certificate names", async () => {
    const { world, ask } = revokingShield({
      trust,
      revocation: {
        covers: "leaf",
        certificateAddresses: { hosts: ["ocsp.allowed.example", "crl.allowed.example"] },
      },
    });
    world.reply = ({ url }) =>
      url.hostname === "ocsp.allowed.example"
        ? answerAbout(issuing.certificate, named.leaf)
        : silence;
    expect(await ask(named)).to.equal("allow");
  });

  it("fetches the list that a verified certificate names, once for many", async () => {
    const { world, ask } = revokingShield({
      trust,
      revocation: { covers: "leaf", certificateAddresses: { hosts: ["crl.allowed.example"] } },
    });
    world.reply = () => ({
      body: listBy(issuing.certificate, { revoked: [named.leaf] }),
    });
    expect(await Promise.all([ask(named), ask(named)])).to.deep.equal([
      "certificate-revoked",
      "certificate-revoked",
    ]);
    expect(world.requests).to.have.length(1);
  });

  it("asks nothing for a chain that nobody vouches for, or that is broken otherwise", async () => {
    const strangers = authority({ clock: issuingClock, commonName: "Stranger" });
    const stranger = strangers.client({
      moreExtensions: [access(ocspMethod, "http://ocsp.allowed.example/")],
    });
    const forServers = issuing.client({
      moreExtensions: [access(ocspMethod, "http://ocsp.allowed.example/")],
      extensions: { extendedKeyUsage: extensions.extendedKeyUsage("serverAuth") },
    });
    const { world, ask } = revokingShield({
      trust,
      revocation: { certificateAddresses: { hosts: ["ocsp.allowed.example"] } },
    });
    expect(await ask(stranger)).to.equal("issuer-unknown");
    expect(await ask(forServers)).to.equal("extended-key-usage-invalid");
    expect(world.requests).to.have.length(0);
  });
});

describe("RevocationCheck, one's own list", () => {
  const denying = (entry: Parameters<typeof createDenyList>[0]) => createDenyList(entry);

  for (const mode of ["hard", "soft", "off"] as const) {
    it(`denies in ${mode} mode, whatever others say, with what it says itself`, async () => {
      const denied = denying({
        entries: [
          {
            issuer: "CN=Issuing",
            serialNumber: Buffer.from(client.leaf.parts.serialNumber).subarray(2).toString("hex"),
            reason: "stolen",
            date: "2029-12-31T00:00:00.000Z",
            comment: "ticket 7",
          },
        ],
      });
      const { decide, ask } = await withLists({}, { mode, denied });
      const context = await decide(client);
      expect(context.decision).to.have.nested.property("reason.code", "certificate-denied");
      expect(detailsOf(context)).to.include({
        certificateIndex: 0,
        subject: "CN=client",
        reason: "stolen",
        deniedAt: "2029-12-31T00:00:00.000Z",
        comment: "ticket 7",
      });
      expect(await ask(issuing.client())).to.equal("allow");
    });
  }

  it("says no more than its entry does", async () => {
    const denied = denying({ entries: [{ publicKey: client.leaf.pem }] });
    const { decide } = revokingShield({ trust, revocation: { denied } });
    expect(Object.keys(detailsOf(await decide(client)))).to.have.members([
      "certificateIndex",
      "serialNumber",
      "subject",
    ]);
  });

  it("needs no other source, and then asks nobody", async () => {
    const { ask, shield } = revokingShield({ trust, revocation: { denied: denying({}) } });
    expect(shield.isReady()).to.equal(true);
    expect(await ask(client)).to.equal("allow");
  });

  it("denies authorities and anchors as well", async () => {
    for (const [certificate, certificateIndex] of [
      [issuing.certificate, 1],
      [root.certificate, 2],
    ] as const) {
      const denied = denying({ entries: [{ publicKey: certificate.pem }] });
      const { decide } = revokingShield({ trust, revocation: { denied } });
      const context = await decide(client);
      expect(context.decision).to.have.nested.property("reason.code", "certificate-denied");
      expect(detailsOf(context)["certificateIndex"]).to.equal(certificateIndex);
    }
  });

  it("sends the search to another way where there is one", async () => {
    const other = authority({ clock: issuingClock, commonName: "Other Root" });
    const crossed = other.intermediate({ commonName: "Issuing", keyPair: issuing.certificate });
    const denied = denying({ entries: [{ publicKey: root.certificate.pem }] });
    const { ask } = revokingShield({
      trust: {
        roots: [rootPem, other.certificate.pem],
        intermediates: [issuing.certificate.pem, crossed.certificate.pem],
      },
      revocation: { denied },
    });
    expect(await ask(client)).to.equal("allow");
  });

  it("speaks of pinned clients, whom nothing else does", async () => {
    const pinned = { roots: rootPem, pinned: client.leaf.pem };
    const crl = listBy(root.certificate);
    const { ask } = revokingShield({ trust: pinned, revocation: { crl } });
    expect(await ask(client)).to.equal("allow");
    const denied = denying({ entries: [{ publicKey: client.leaf.pem, reason: "lost" }] });
    const strict = revokingShield({ trust: pinned, revocation: { crl, denied } });
    expect(await strict.ask(client)).to.equal("certificate-denied");
    await denied.restore({ publicKey: client.leaf.pem });
    expect(await strict.ask(client)).to.equal("allow");
  });

  it("lets nobody in before it was read, and waits for it", async () => {
    const store = new MemoryStore();
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    const slow = Object.assign(store, {
      get: async () => {
        await opened;
        return undefined;
      },
    });
    const denied = denying({ store: slow });
    const { now, ask, shield } = revokingShield({ trust, revocation: { denied, mode: "off" } });
    expect(shield.isReady()).to.equal(false);
    expect(now(client)).to.equal("revocation-unknown");
    const asked = ask(client);
    open();
    expect(await asked).to.equal("allow");
    expect(shield.isReady()).to.equal(true);
    denied.close();
  });

  it("lets nobody in, and keeps nobody waiting, that was closed before it was read", async () => {
    const denied = denying({
      store: Object.assign(new MemoryStore(), { get: () => silence }),
    });
    denied.close();
    const { decide } = revokingShield({ trust, revocation: { denied } });
    expect(detailsOf(await decide(client))["problem"]).to.equal(
      "the list of denied certificates has not been read yet",
    );
  });

  it("speaks of responders too, so that an answer signed by a denied one counts for nothing", async () => {
    const delegate = ocspDelegate(issuing, { noCheck: false });
    const response = ocspResponse(delegate, {
      now: start,
      issuer: issuing.certificate,
      responses: [client.leaf],
      certificates: [delegate],
    });
    const denied = denying({});
    const { world, ask } = withResponder("good", { denied });
    world.reply = () => ({ body: response });
    expect(await ask(client)).to.equal("allow");
    await denied.deny({ publicKey: delegate.pem });
    const later = withResponder("good", { denied });
    later.world.reply = world.reply;
    expect(await later.ask(client)).to.equal("revocation-unknown");
  });

  it("has its say about a responder that lists revoke as well", async () => {
    const delegate = ocspDelegate(issuing, { noCheck: false });
    const crl = [rootList, listBy(issuing.certificate, { revoked: [delegate] })];
    const { world, ask, loaded } = revokingShield({
      trust,
      revocation: { crl, ocsp: responder, covers: "leaf", first: "ocsp" },
    });
    await loaded();
    const body = ocspResponse(delegate, {
      now: start,
      issuer: issuing.certificate,
      responses: [{ certificate: client.leaf, status: "revoked" }],
      certificates: [delegate],
    });
    world.reply = () => ({ body });
    expect(await ask(client)).to.equal("allow");
    expect(world.heard().join()).to.include("revoked");
  });
});
