import { authority } from "@mtls-shield/testkit";
import { expect } from "chai";

import { createDenyList } from "../../src/revocation/deny-list/deny-list.ts";
import type { ShieldOptions } from "../../src/shield-options.ts";
import { fakeRequest } from "../fake-request.ts";
import { fakeConnection } from "../fake-socket.ts";
import {
  answerAbout,
  issuing,
  issuingClock,
  listBy,
  outcomeOf,
  responder,
  revokingShield,
  root,
} from "../revocation/revoking-shield.ts";
import { start, until } from "../revocation/scripted-world.ts";

const dayMs = 86_400_000;
const minuteMs = 60_000;
const client = issuing.client({ commonName: "client" });
const trust = root.certificate.pem;
const address = "http://crl.example/";
const ocsp = { ocsp: responder, covers: "leaf" } as const;

/** Lists of the authority too that only clients show. */
function signed(...from: readonly (string | Uint8Array)[]) {
  return { from, signers: issuing.certificate.pem };
}

/** A shield, with connections that stay open. */
function setup(options: ShieldOptions, reply?: Parameters<typeof revokingShield>[1]) {
  const all = revokingShield({ trust, ...options }, reply);
  const over = (connection: ReturnType<typeof fakeConnection>) => async () =>
    outcomeOf(await all.shield.decideWhenKnown(fakeRequest(connection)));
  return {
    ...all,
    /** Calls over one connection, kept alive. */
    kept: () => over(fakeConnection(client.chain)),
    /** A call over a resumed session, which shows the leaf alone. */
    resumed: () => over(fakeConnection([client.leaf], { isReused: true, authorized: true }))(),
  };
}

describe("what an Authenticator remembers of revocations", () => {
  it("ends with the list's nextUpdate, also on an open connection", async () => {
    const nextUpdate = start + 10_000;
    const crl = signed(listBy(root.certificate), listBy(issuing.certificate, { nextUpdate }));
    const { loaded, kept, timers } = setup({ revocation: { crl } });
    await loaded();
    const call = kept();
    expect(await call()).to.equal("allow");
    await timers.advance(10_999);
    expect(await call()).to.equal("allow");
    await timers.advance(1);
    expect(await call()).to.equal("revocation-unknown");
  });

  it("lasts as much longer as lists are tolerated", async () => {
    const nextUpdate = start + 10_000;
    const crl = signed(listBy(root.certificate), listBy(issuing.certificate, { nextUpdate }));
    const { loaded, kept, timers } = setup({ revocation: { crl, toleranceMs: 5_000 } });
    await loaded();
    const call = kept();
    await timers.advance(15_999);
    expect(await call()).to.equal("allow");
    await timers.advance(1);
    expect(await call()).to.equal("revocation-unknown");
  });

  it("is judged anew when a list changes, on open connections and on resumed sessions", async () => {
    const lists = { root: listBy(root.certificate), issuing: listBy(issuing.certificate) };
    const { loaded, kept, resumed, timers, world } = setup(
      { revocation: { crl: signed(`${address}root`, `${address}issuing`), refreshMs: 10_000 } },
      ({ url }) => ({ body: url.pathname === "/root" ? lists.root : lists.issuing }),
    );
    await loaded();
    const call = kept();
    expect(await call()).to.equal("allow");
    // Another client is revoked: this one is judged anew, though its intermediates are not shown any more.
    const another = issuing.client().leaf;
    lists.issuing = listBy(issuing.certificate, { crlNumber: 2, revoked: [another] });
    await timers.advance(10_000);
    await until(() => world.events.filter(({ type }) => /loaded/.test(type)).length === 3);
    expect(await resumed()).to.equal("allow");
    expect(await call()).to.equal("allow");
    lists.issuing = listBy(issuing.certificate, { crlNumber: 3, revoked: [client.leaf] });
    await timers.advance(10_000);
    await until(() => world.events.filter(({ type }) => /loaded/.test(type)).length === 4);
    expect(await call()).to.equal("certificate-revoked");
    expect(await resumed()).to.equal("certificate-revoked");
  });

  it("is judged anew when an own list changes, both ways", async () => {
    const denied = createDenyList();
    const { kept, resumed } = setup({ revocation: { denied } });
    const call = kept();
    expect(await call()).to.equal("allow");
    await denied.deny({ publicKey: client.leaf.pem });
    expect(await call()).to.equal("certificate-denied");
    expect(await resumed()).to.equal("certificate-denied");
    await denied.restore({ publicKey: client.leaf.pem });
    expect(await call()).to.equal("allow");
    expect(await resumed()).to.equal("allow");
  });

  it("is judged anew when a responder says otherwise in the background", async () => {
    let status: "good" | "revoked" = "good";
    const { kept, timers } = setup({ revocation: { ...ocsp, refreshMs: 10_000 } }, () =>
      answerAbout(issuing.certificate, client.leaf, status, {
        thisUpdate: timers.clock(),
        nextUpdate: timers.clock() + 7 * dayMs,
      }),
    );
    const call = kept();
    // For longer than answers are refreshed for nobody.
    for (let time = 0; time < 5; time++) {
      expect(await call()).to.equal("allow");
      await timers.advance(9_000);
    }
    status = "revoked";
    await timers.advance(10_000);
    expect(await call()).to.equal("certificate-revoked");
  });

  it("goes another way where the known one was denied, if the client shows one", async () => {
    const other = authority({ clock: issuingClock, commonName: "Other Root" });
    const crossed = other.intermediate({ commonName: "Issuing", keyPair: issuing.certificate });
    const denied = createDenyList();
    const { shield, kept, resumed } = setup({
      trust: [trust, other.certificate.pem],
      revocation: { denied },
    });
    const connection = fakeConnection([...client.chain, crossed.certificate]);
    const call = async () => outcomeOf(await shield.decideWhenKnown(fakeRequest(connection)));
    expect(await call()).to.equal("allow");
    await denied.deny({ publicKey: root.certificate.pem });
    expect(await call()).to.equal("allow");
    expect(await resumed()).to.equal("allow");
    await denied.deny({ publicKey: other.certificate.pem });
    expect(await call()).to.equal("certificate-denied");
    // The leaf alone says nothing: what is known of its path does.
    expect(await resumed()).to.equal("certificate-denied");
    expect(await kept()()).to.equal("certificate-denied");
  });

  it("ends with the certificates all the same", async () => {
    const brief = issuing.client({ notAfter: start + 20_000 });
    const crl = signed(listBy(root.certificate), listBy(issuing.certificate));
    const { loaded, ask, timers } = setup({ revocation: { crl } });
    await loaded();
    expect(await ask(brief)).to.equal("allow");
    await timers.advance(21_000);
    expect(await ask(brief)).to.equal("certificate-expired");
  });

  it("keeps what is odd about a certificate among the warnings, and forgives anew", async () => {
    const odd = issuing.client({ extensions: { authorityKeyIdentifier: "absent" } });
    let isSilent = true;
    const { ask, timers } = setup({ revocation: { ...ocsp, mode: "soft" } }, () =>
      isSilent ? { status: 500 } : answerAbout(issuing.certificate, odd.leaf),
    );
    expect(await ask(odd)).to.equal("allow authority-key-identifier-missing revocation-unknown");
    isSilent = false;
    await timers.advance(5_000);
    expect(await ask(odd)).to.equal("allow authority-key-identifier-missing");
  });
});

describe("what an Authenticator remembers of refusals for revocation", () => {
  it("is a refusal for a minute, as long as nothing new is known", async () => {
    const denied = createDenyList({ entries: [{ publicKey: client.leaf.pem }] });
    let looks = 0;
    const find = denied.find.bind(denied);
    denied.find = (...about) => {
      looks++;
      return find(...about);
    };
    const { ask, timers } = setup({ revocation: { denied } });
    const looksOf = async () => {
      const before = looks;
      expect(await ask(client)).to.equal("certificate-denied");
      return looks - before;
    };
    expect(await looksOf()).to.be.greaterThan(0);
    expect(await looksOf()).to.equal(0);
    await timers.advance(minuteMs);
    expect(await looksOf()).to.be.greaterThan(0);
    await denied.deny({ publicKey: issuing.client().leaf.pem });
    expect(await looksOf()).to.be.greaterThan(0);
  });

  it("is never that a status cannot be had: the next request passes as soon as it can", async () => {
    let isSilent = true;
    const { now, ask, timers } = setup({ revocation: ocsp }, () =>
      isSilent ? { status: 500 } : answerAbout(issuing.certificate, client.leaf),
    );
    expect(await ask(client)).to.equal("revocation-unknown");
    expect(now(client)).to.equal("revocation-unknown");
    isSilent = false;
    await timers.advance(1_100);
    expect(now(client)).to.equal("allow");
  });

  it("is not another refusal either, where a further way was only not to be judged yet", async () => {
    const other = authority({ clock: issuingClock, commonName: "Other Root" });
    const crossed = other.intermediate({ commonName: "Issuing", keyPair: issuing.certificate });
    let isSilent = true;
    const { ask, timers } = setup(
      {
        trust: {
          roots: [trust, other.certificate.pem],
          intermediates: [issuing.certificate.pem, crossed.certificate.pem],
        },
        revocation: {
          crl: listBy(root.certificate, { revoked: [issuing.certificate] }),
          ocsp: responder,
        },
      },
      ({ body }) => {
        if (isSilent) return { status: 500 };
        // Two questions: about the client, and about the authority that the other root certified.
        const isAboutClient = Buffer.from(body!).includes(
          Buffer.from(client.leaf.parts.serialNumber),
        );
        return isAboutClient
          ? answerAbout(issuing.certificate, client.leaf)
          : answerAbout(other.certificate, crossed.certificate);
      },
    );
    expect(await ask(client)).to.equal("certificate-revoked");
    isSilent = false;
    await timers.advance(20_000);
    expect(await ask(client)).to.equal("allow");
  });
});
