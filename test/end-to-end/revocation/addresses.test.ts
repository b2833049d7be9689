import { expect } from "chai";
import { createDenyList, mtls, type RevocationOptions } from "@mtls-shield/node";
import {
  authority,
  certificateList,
  crlDistributionPoints,
  der,
  extensions,
  freshestCrl,
  ocspResponse,
  type LeafChanges,
  type TestAuthority,
} from "@mtls-shield/testkit";
import { createNodeFetcher } from "../../../packages/core/src/network/node-fetcher.ts";
import { fakeResponder, type Behaviour, type FakeResponder } from "./fake-responder.ts";
import { shieldedServer, type ShieldedServer } from "./shielded-server.ts";

const hourMs = 3_600_000;
const ca = authority();
const host = "pki.corp.example";
const metadata = "http://169.254.169.254/latest/meta-data/iam/";

/** A certificate that names these addresses as responders, as places of lists, or both. */
function naming(
  addresses: { readonly ocsp?: readonly string[]; readonly crl?: readonly string[] },
  issuer: TestAuthority = ca,
  changes: LeafChanges = {},
) {
  return issuer.client({
    ...changes,
    moreExtensions: [
      ...(addresses.ocsp === undefined ? [] : [authorityInfoAccess(addresses.ocsp)]),
      ...(addresses.crl === undefined
        ? []
        : [crlDistributionPoints({ uris: addresses.crl }), freshestCrl({ uris: addresses.crl })]),
    ],
  });
}

/** RFC 5280 4.2.2.1, with the method OCSP. */
function authorityInfoAccess(uris: readonly string[]): Uint8Array {
  const places = uris.map((uri) =>
    der.sequence(der.oid("1.3.6.1.5.5.7.48.1"), der.primitive(6, Buffer.from(uri, "latin1"))),
  );
  return extensions.extension("1.3.6.1.5.5.7.1.1", der.sequence(...places));
}

const saysGood: Behaviour = {
  answer: ({ serialNumber, nonce }) =>
    ocspResponse(ca.certificate, { responses: [{ serialNumber }], ...(nonce && { nonce }) }),
};

/** Lets certificates name a responder on the loopback address. */
function listing({ port }: FakeResponder) {
  return { hosts: [`127.0.0.1:${port}`], networks: ["127.0.0.0/8"] };
}

/** Spellings of addresses that nobody listed, or that nobody may list. */
const neverAsked: readonly string[] = [
  metadata,
  "http://2852039166/",
  "http://0xa9fea9fe/",
  "http://0xa9.254.0251.0376/",
  "http://169.254.43518/",
  "http://169.254.169.254./",
  "http://169%2e254%2e169%2e254/",
  "http://[::ffff:169.254.169.254]/",
  "http://[::ffff:a9fe:a9fe]/",
  "http://[64:ff9b::169.254.169.254]/",
  "http://[fd00:ec2::254]/",
  "http://metadata.google.internal/",
  "http://10.0.0.1/",
  "http://192.168.1.1/",
  "http://0/",
  "http://localhost/",
  "http://crl.elsewhere.example/",
  `http://${host}.elsewhere.example/`,
  `http://below.${host}/`,
  `http://${host}./`,
  `http://${host}:8080/`,
  `http://user@${host}/`,
  `http://user:password@${host}/`,
  `http://${host}@169.254.169.254/`,
  `http://169.254.169.254\\@${host}/`,
  `http://169.254.169.254#@${host}/`,
  `http://169.254.169.254?@${host}/`,
  `https:169.254.169.254/${host}`,
  `ftp://${host}/issuing.crl`,
  `ldap://${host}/cn=issuing?certificateRevocationList`,
  `file://${host}/etc/passwd`,
  "file:///etc/passwd",
  "data:application/ocsp-response;base64,MAMKAQA=",
  `gopher://${host}/`,
  `//${host}/`,
  host,
  "http://",
  "\u0000",
];

/** Where a listed name may lead in the DNS of whoever holds it. */
const badResolutions: readonly (readonly string[])[] = [
  ["169.254.169.254"],
  ["::ffff:169.254.169.254"],
  ["::ffff:a9fe:a9fe"],
  ["64:ff9b::a9fe:a9fe"],
  ["10.0.0.7"],
  ["172.16.0.1"],
  ["192.168.0.1"],
  ["100.100.100.200"],
  ["168.63.129.16"],
  ["127.0.0.1"],
  ["0.0.0.0"],
  ["::"],
  ["::1"],
  ["::ffff:127.0.0.1"],
  ["fe80::1"],
  ["fd00:ec2::254"],
  ["169.254.169.254", "127.0.0.1", "10.0.0.7"],
  ["localhost"],
  [],
];

describe("an address in a certificate", () => {
  const running: { readonly close: () => Promise<void> }[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.close()));
  });

  async function respond(behaviour: Behaviour = saysGood): Promise<FakeResponder> {
    const responder = await fakeResponder(behaviour);
    running.push(responder);
    return responder;
  }

  async function protect(
    certificateAddresses: RevocationOptions["certificateAddresses"],
    {
      resolve,
      ...revocation
    }: RevocationOptions & { readonly resolve?: (host: string) => Promise<readonly string[]> } = {},
  ): Promise<ShieldedServer> {
    const api = await shieldedServer(
      {
        trust: ca.root.pem,
        revocation: {
          timeoutMs: 8_000,
          ...(certificateAddresses && { certificateAddresses }),
          ...revocation,
        },
      },
      createNodeFetcher(resolve && { resolve }),
    );
    running.push(api);
    return api;
  }

  for (const address of neverAsked) {
    it(`is never asked when it is ${JSON.stringify(address)} and ${host} is listed`, async () => {
      const lookedUp: string[] = [];
      const api = await protect(
        { hosts: [host], networks: ["127.0.0.0/8", "10.0.0.0/8"] },
        {
          resolve: (name) => {
            lookedUp.push(name);
            return Promise.resolve(["127.0.0.1"]);
          },
        },
      );
      const client = naming({ ocsp: [address], crl: [address] });
      expect((await api.call({ client })).json).to.include({ code: "revocation-unknown" });
      expect(api.asked).to.deep.equal([]);
      expect(lookedUp).to.deep.equal([]);
    });
  }

  for (const addresses of badResolutions) {
    it(`is not contacted when its listed name leads to ${JSON.stringify(addresses)}`, async () => {
      const responder = await respond();
      const lookedUp: string[] = [];
      const api = await protect(
        { hosts: [`${host}:${responder.port}`] },
        {
          resolve: (name) => {
            lookedUp.push(name);
            return Promise.resolve(addresses);
          },
        },
      );
      const url = `http://${host}:${responder.port}/`;
      const client = naming({ ocsp: [url], crl: [url] });
      expect((await api.call({ client })).json).to.include({ code: "revocation-unknown" });
      const problems = api.eventsOf("revocation-source-failed").map((event) => ({ ...event }));
      expect(problems).to.have.lengthOf(2);
      for (const problem of problems) {
        expect(problem).to.have.property(
          "problem",
          `${host}:${responder.port} has no address that may be contacted`,
        );
      }
      expect(lookedUp).to.deep.equal([host, host]);
      expect(responder.connections()).to.equal(0);
    });
  }

  it("is asked at its public or listed addresses only, when its name leads to others as well", async () => {
    const responder = await respond();
    const api = await protect(
      { hosts: [`${host}:${responder.port}`], networks: ["127.0.0.0/8"] },
      { resolve: () => Promise.resolve(["169.254.169.254", "127.0.0.1", "10.0.0.1"]) },
    );
    const client = naming({ ocsp: [`http://${host}:${responder.port}/`] });
    expect((await api.call({ client })).text).to.equal("let in");
    expect(responder.connections()).to.equal(1);
  });

  it("is looked up once for each exchange, so that it cannot lead elsewhere when it is connected to", async () => {
    const responder = await respond();
    const answers = [["127.0.0.1"], ["169.254.169.254"]];
    let lookUps = 0;
    const api = await protect(
      { hosts: [`${host}:${responder.port}`], networks: ["127.0.0.0/8"] },
      { resolve: () => Promise.resolve(answers[lookUps++] ?? []) },
    );
    const client = naming({ ocsp: [`http://${host}:${responder.port}/`] });
    expect((await api.call({ client })).text).to.equal("let in");
    expect(lookUps).to.equal(1);
  });

  it("is asked when its host and its network are listed, and what it says counts", async () => {
    const responder = await respond();
    const revoked: Behaviour = {
      answer: ({ serialNumber }) =>
        ocspResponse(ca.certificate, { responses: [{ serialNumber, status: "revoked" }] }),
    };
    for (const hosts of [[`127.0.0.1:${responder.port}`], [`localhost:${responder.port}`]]) {
      const api = await protect({ hosts, networks: ["127.0.0.0/8"] }, { mode: "soft" });
      const url = `http://${hosts[0]}/ocsp`;
      responder.behave(saysGood);
      expect((await api.call({ client: naming({ ocsp: [url] }) })).text).to.equal("let in");
      expect(api.lastDecision().warnings).to.deep.equal([]);
      responder.behave(revoked);
      const refused = await api.call({ client: naming({ ocsp: [url] }) });
      expect(refused.json).to.include({ status: 403, code: "certificate-revoked" });
    }
  });

  it("is not asked unless the operator lists hosts, whatever else is configured", async () => {
    const responder = await respond();
    const own = await respond({ answer: () => Buffer.alloc(0) });
    const api = await protect(undefined, { ocsp: own.url });
    const client = naming({ ocsp: [`${responder.url}/`], crl: [`${responder.url}/a.crl`] });
    expect((await api.call({ client })).status).to.equal(503);
    expect(own.connections()).to.equal(1);
    expect(responder.connections()).to.equal(0);
  });

  it("is not asked where the mode is off", async () => {
    const responder = await respond();
    const listed = listing(responder);
    const api = await protect(listed, { mode: "off" });
    const client = naming({ ocsp: [`${responder.url}/`], crl: [`${responder.url}/a.crl`] });
    expect((await api.call({ client })).text).to.equal("let in");
    expect(responder.connections()).to.equal(0);
  });

  it("cannot be listed when it is the metadata service, nor can all networks be", () => {
    const addressesOf =
      (hosts: readonly string[], networks: readonly string[] = []) =>
      () =>
        mtls({ trust: ca.root.pem, revocation: { certificateAddresses: { hosts, networks } } });
    expect(addressesOf(["169.254.169.254"])).to.throw("169.254.169.254 is not a public address");
    expect(addressesOf(["2852039166"])).to.throw("is not a host");
    expect(addressesOf([metadata])).to.throw("is not a host");
    expect(addressesOf([host], ["0.0.0.0/0"])).to.throw("larger than any private network");
    expect(addressesOf([host], ["::/0"])).to.throw("larger than any private network");
    expect(addressesOf([])).to.throw("names no host");
  });

  it("is not asked before the chain is verified", async () => {
    const responder = await respond();
    const addresses = { ocsp: [`${responder.url}/`], crl: [`${responder.url}/a.crl`] };
    const listed = listing(responder);
    const damaged = naming(addresses, ca, {
      raw: (sound) => ({ ...sound, sign: (data) => sound.sign(Buffer.concat([data, data])) }),
    });
    const refused = {
      "of another authority of the same name": naming(addresses, authority()),
      "of another authority": naming(addresses, authority({ commonName: "Stranger Root" })),
      "below an authority of another": naming(addresses, authority().intermediate()),
      "with a damaged signature": damaged,
      "that has expired": naming(addresses, ca, {
        notBefore: Date.now() - 2 * hourMs,
        notAfter: Date.now() - hourMs,
      }),
      "that is not valid yet": naming(addresses, ca, { notBefore: Date.now() + hourMs }),
      "for servers": naming(addresses, ca, {
        extensions: { extendedKeyUsage: extensions.extendedKeyUsage("serverAuth") },
      }),
    };
    const api = await protect(listed);
    for (const [what, client] of Object.entries(refused)) {
      expect((await api.call({ client })).status, what).to.equal(403);
    }
    const denied = naming(addresses);
    const guarded = await protect(listed, {
      denied: createDenyList({ entries: [{ publicKey: denied.leaf.pem }] }),
    });
    expect((await guarded.call({ client: denied })).json).to.include({
      code: "certificate-denied",
    });
    expect([...api.asked, ...guarded.asked]).to.deep.equal([]);
    expect(responder.connections()).to.equal(0);
    expect((await api.call({ client: naming(addresses) })).text).to.equal("let in");
  });

  it("does not lead by redirects where it may not lead by itself", async () => {
    const decoy = await respond();
    const responder = await respond();
    const elsewhere = "other.corp.example";
    const listed = [`${host}:${responder.port}`, `127.0.0.1:${responder.port}`, elsewhere];
    for (const location of [
      metadata,
      "http://2852039166/",
      "http://[::ffff:169.254.169.254]/",
      `${decoy.url}/`,
      `http://localhost:${decoy.port}/`,
      `ftp://${host}:${responder.port}/`,
      "file:///etc/passwd",
      // Listed, but at an address that is not.
      `http://${elsewhere}/`,
    ]) {
      responder.behave({
        answer(_query, response) {
          response.writeHead(307, { location }).end();
          return undefined;
        },
      });
      const lookedUp: string[] = [];
      const api = await protect(
        { hosts: listed, networks: ["127.0.0.0/8"] },
        {
          resolve: (name) => {
            lookedUp.push(name);
            return Promise.resolve([name === elsewhere ? "169.254.169.254" : "127.0.0.1"]);
          },
        },
      );
      const addresses = {
        ocsp: [`${responder.url}/`],
        crl: [`http://${host}:${responder.port}/a.crl`],
      };
      const answer = await api.call({ client: naming(addresses) });
      expect(answer.json, location).to.include({ code: "revocation-unknown" });
      expect(api.eventsOf("revocation-source-failed"), location).to.have.lengthOf(2);
      const foreign = api.asked.filter((url) => new URL(url).port !== String(responder.port));
      // The fetcher is asked about a name that is listed, and finds where it leads.
      expect(new Set(foreign)).to.deep.equal(
        new Set(location.includes(elsewhere) ? [`http://${elsewhere}/`] : []),
      );
    }
    expect(decoy.connections()).to.equal(0);
  });

  it("leads on by a redirect within what is listed, and not in circles", async () => {
    const responder = await respond();
    responder.behave({
      answer(query, response) {
        if (responder.targets.at(-1) === "/new") return saysGood.answer?.(query, response);
        response.writeHead(308, { location: "/new" }).end();
        return undefined;
      },
    });
    const listed = listing(responder);
    const api = await protect(listed);
    expect((await api.call({ client: naming({ ocsp: [`${responder.url}/`] }) })).text).to.equal(
      "let in",
    );
    expect(responder.targets).to.deep.equal(["/", "/new"]);
    responder.behave({
      answer(_query, response) {
        response.writeHead(307, { location: `/${responder.targets.length}` }).end();
        return undefined;
      },
    });
    const answer = await api.call({ client: naming({ ocsp: [`${responder.url}/`] }) });
    expect(answer.status).to.equal(503);
    expect(responder.targets.length).to.be.at.most(2 + 4);
  });

  it("costs four requests for each method at most, however many a certificate names", async () => {
    const responder = await respond({
      answer(_query, response) {
        response.writeHead(404).end();
        return undefined;
      },
    });
    const listed = listing(responder);
    const api = await protect(listed);
    const many = (kind: string) =>
      Array.from({ length: 60 }, (_, index) => `${responder.url}/${kind}/${index}`);
    const client = naming({ ocsp: many("ocsp"), crl: many("crl") });
    expect((await api.call({ client })).status).to.equal(503);
    const asked = (kind: string) => api.asked.filter((url) => url.includes(`/${kind}/`)).length;
    expect(asked("ocsp")).to.equal(4);
    expect(asked("crl")).to.equal(4);
  });

  describe("of a revocation list", () => {
    async function serveList(list: () => Uint8Array) {
      const responder = await respond({ answer: list });
      const listed = listing(responder);
      return { responder, listed, url: `${responder.url}/issuing.crl` };
    }

    it("is fetched once when the first client comes, and lets in who is not on the list", async () => {
      const { responder, listed, url } = await serveList(() => certificateList(ca.certificate).der);
      const api = await protect(listed);
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => api.call({ client: naming({ crl: [url] }) })),
      );
      expect(answers.map(({ text }) => text)).to.deep.equal(Array<string>(20).fill("let in"));
      expect(responder.targets).to.deep.equal(["/issuing.crl"]);
      expect(api.eventsOf("revocation-list-loaded")).to.have.lengthOf(1);
    });

    it("refuses in every mode but off who is on the list", async () => {
      const revoked: { parts: typeof ca.certificate.parts }[] = [];
      const { listed, url } = await serveList(
        () =>
          certificateList(ca.certificate, {
            revoked: revoked.map((certificate) => ({ certificate })),
          }).der,
      );
      const client = naming({ crl: [url] });
      revoked.push(client.leaf);
      for (const mode of ["hard", "soft"] as const) {
        const api = await protect(listed, { mode });
        const answer = await api.call({ client });
        expect(answer.json).to.include({ status: 403, code: "certificate-revoked" });
        expect(answer.headers.connection).to.equal("close");
        expect((await api.call({ client: naming({ crl: [url] }) })).text).to.equal("let in");
      }
    });

    it("counts for nothing when somebody else has signed it, in PEM too", async () => {
      const impostor = authority().certificate;
      for (const bytes of [
        certificateList(impostor).der,
        Buffer.from(certificateList(impostor).pem),
        certificateList(ca.certificate).der.subarray(0, -1),
        Buffer.from("not found"),
      ]) {
        const { listed, url } = await serveList(() => bytes);
        const hard = await protect(listed);
        const client = naming({ crl: [url] });
        expect((await hard.call({ client })).json).to.include({ code: "revocation-unknown" });
        expect(hard.eventsOf("revocation-list-rejected")).to.have.lengthOf(1);
        const soft = await protect(listed, { mode: "soft" });
        expect((await soft.call({ client })).text).to.equal("let in");
        expect(soft.lastDecision().warnings).to.have.lengthOf(1);
      }
    });

    it("cannot make somebody else's certificate count as good by an address in one's own", async () => {
      const issuing = ca.intermediate();
      const attacker = ca.intermediate({ commonName: "Attacker" });
      // Signed by an authority of the same trust set, in the name of another one.
      const forged = certificateList(attacker.certificate, {
        issuer: issuing.certificate.parts.subject,
      });
      const { listed, url } = await serveList(() => forged.der);
      const api = await protect(listed, { covers: "leaf" });
      expect((await api.call({ client: naming({ crl: [url] }, attacker) })).status).to.equal(503);
      expect((await api.call({ client: naming({}, issuing) })).json).to.include({
        code: "revocation-unknown",
      });
    });
  });
});
