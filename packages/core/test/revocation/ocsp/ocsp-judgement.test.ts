import { expect } from "chai";
import {
  authority,
  der,
  extensions,
  ocspDelegate,
  ocspError,
  ocspNonce,
  type OcspChanges,
  type OcspSingleChanges,
} from "@mtls-shield/testkit";

import type { OcspQuestion } from "../../../src/revocation/ocsp/ocsp-judgement.ts";
import { bestCpuMs } from "../../cpu-time.ts";
import { judge, outcomeOf, type OcspSetup } from "./ocsp-answer.ts";

const now = Date.UTC(2026, 5, 1, 12);
const hourMs = 3_600_000;
const clock = (): number => now;
const root = authority({ clock });
const issuer = root.certificate;
const { leaf } = root.client();
const critical = extensions.extension("1.2.3", der.nullValue(), { critical: true });

const about = (...responses: readonly OcspSingleChanges[]): OcspChanges => ({
  now,
  responses: responses.map((one) => ({ certificate: leaf, ...one })),
});
const setup = (response: OcspChanges = {}, question: OcspSetup["question"] = {}): OcspSetup => ({
  certificate: leaf,
  issuer,
  response: { now, ...response },
  question,
});
const outcome = (...args: Parameters<typeof setup>): string => outcomeOf(setup(...args));

describe("judgeOcspResponse", () => {
  it("answers good, and until when", () => {
    expect(judge(setup())).to.deep.equal({
      outcome: "answered",
      status: "good",
      thisUpdate: now - hourMs,
      nextUpdate: now + 24 * hourMs,
      producedAt: now - hourMs,
      until: now + 24 * hourMs + 1000,
      delegate: undefined,
    });
  });

  it("answers revoked, with date and reason", () => {
    const revoked = { status: "revoked", revocationDate: now - hourMs } as const;
    expect(judge(setup(about(revoked)))).to.deep.include({
      status: "revoked",
      revocationDate: now - hourMs,
      reason: "unspecified",
    });
    expect(judge(setup(about({ ...revoked, reason: "certificateHold" })))).to.deep.include({
      status: "revoked",
      reason: "certificateHold",
    });
  });

  it("answers unknown when that is what the responder signed", () => {
    expect(outcome(about({ status: "unknown" }))).to.equal("unknown");
  });

  it("passes on an error of the responder", () => {
    expect(judge(setup(), ocspError("tryLater"))).to.deep.equal({
      outcome: "error",
      status: "tryLater",
    });
  });

  describe("whose status it is", () => {
    for (const hash of ["sha1", "sha256", "sha384", "sha512"] as const) {
      it(`finds the certificate by ${hash}`, () => {
        expect(outcome(about({ hash }))).to.equal("good");
      });
    }

    const other = authority({ clock });
    const notAbout = "the response is not about the certificate";
    const cases: readonly (readonly [what: string, single: OcspSingleChanges])[] = [
      ["another serial number", { serialNumber: 4711 }],
      ["another issuer's name", { issuerName: root.client().leaf.parts.subject }],
      ["another issuer's key", { issuerKey: other.certificate.publicKey }],
      [
        "a hash that nobody knows",
        {
          certificateId: der.sequence(
            der.sequence(der.oid("1.2.3")),
            der.octetString(),
            der.octetString(),
            leaf.parts.serialNumber,
          ),
        },
      ],
    ];
    for (const [what, single] of cases) {
      it(`takes no answer for ${what}`, () => {
        expect(outcome(about(single))).to.equal(notAbout);
      });
    }

    it("takes no answer from a response about nothing", () => {
      expect(outcome({ responses: [] })).to.equal(notAbout);
    });

    it("finds the one that is meant among others", () => {
      const others = { status: "revoked", serialNumber: 5 } as const;
      expect(outcome(about(others, {}, { ...others, extensions: [critical] }))).to.equal("good");
    });

    it("judges no certificate by an authority that has another name", () => {
      const twin = authority({ clock, keyPair: issuer, commonName: "Another Root" }).certificate;
      expect(outcomeOf({ ...setup(), issuer: twin })).to.equal(
        "the issuer has not issued the certificate",
      );
    });
  });

  describe("several answers", () => {
    const good = {};
    const unknown = { status: "unknown" } as const;
    const revoked = { status: "revoked" } as const;
    const stale = { nextUpdate: now - hourMs, thisUpdate: now - 2 * hourMs } as const;
    const cases: readonly (readonly [
      what: string,
      singles: readonly OcspSingleChanges[],
      expected: string,
    ])[] = [
      ["good twice", [good, good], "good"],
      ["unknown before good", [unknown, good], "unknown"],
      ["unknown behind good", [good, unknown], "unknown"],
      ["revoked before the others", [revoked, good, unknown], "revoked"],
      ["revoked behind the others", [good, unknown, revoked], "revoked"],
      ["revoked by another hash", [good, { ...revoked, hash: "sha256" }], "revoked"],
      ["good beside what is stale", [good, { ...revoked, ...stale }], "the answer is stale"],
      ["good behind what is stale", [{ ...good, ...stale }, good], "the answer is stale"],
      ["revoked beside what is stale", [{ ...good, ...stale }, revoked], "revoked"],
      ["unknown beside what is stale", [unknown, { ...revoked, ...stale }], "unknown"],
    ];
    for (const [what, singles, expected] of cases) {
      it(`takes the worst of them: ${what}`, () => {
        expect(outcome(about(...singles))).to.equal(expected);
      });
    }

    it("counts no longer than the first of those that are equally bad", () => {
      const [long, short] = [{ nextUpdate: now + 9 * hourMs }, { nextUpdate: now + hourMs }];
      for (const singles of [
        [long, short],
        [short, long],
      ]) {
        expect(judge(setup(about(...singles)))).to.include({ until: now + hourMs + 1000 });
      }
    });
  });

  describe("time", () => {
    it("counts from the second of thisUpdate through that of nextUpdate", () => {
      const at = (moment: number) => outcome({}, { now: moment });
      expect(at(now - hourMs - 1)).to.equal("the answer is not valid yet");
      expect(at(now - hourMs)).to.equal("good");
      expect(at(now + 24 * hourMs + 999)).to.equal("good");
      expect(at(now + 24 * hourMs + 1000)).to.equal("the answer is stale");
      expect(at(NaN)).to.equal("the answer is not valid yet");
    });

    it("allows for clocks that differ, both ways", () => {
      const at = (moment: number) => outcome({}, { now: moment, toleranceMs: 60_000 });
      expect(at(now - hourMs - 60_001)).to.equal("the answer is not valid yet");
      expect(at(now - hourMs - 60_000)).to.equal("good");
      expect(at(now + 24 * hourMs + 60_999)).to.equal("good");
      expect(at(now + 24 * hourMs + 61_000)).to.equal("the answer is stale");
    });

    it("takes a revocation that is stale for no answer, and never for a good one", () => {
      const revoked = about({ status: "revoked", nextUpdate: now - 1000 });
      expect(outcome(revoked)).to.equal("the answer is stale");
    });

    it("refuses what is older than the operator allows, nextUpdate or not", () => {
      for (const nextUpdate of ["absent", now + hourMs] as const) {
        const aged = (maxAgeMs: number) => outcome(about({ nextUpdate }), { maxAgeMs });
        expect(aged(hourMs)).to.equal("good");
        expect(aged(hourMs - 1)).to.equal("the answer is stale");
      }
    });

    it("refuses an answer that ends before it begins", () => {
      const odd = about({ thisUpdate: now + 60_000, nextUpdate: now + 59_000 });
      expect(outcome(odd, { toleranceMs: 120_000 })).to.equal("the answer ends before it begins");
    });

    it("names no end where the responder names none", () => {
      const endless = about({ nextUpdate: "absent" });
      expect(judge(setup(endless))).to.include({ until: undefined, nextUpdate: undefined });
      expect(judge(setup(endless, { maxAgeMs: 2 * hourMs }))).to.include({
        until: now + hourMs + 1,
      });
    });

    it("ends with the delegate's certificate", () => {
      const delegate = ocspDelegate(root, { notAfter: now + hourMs });
      const answer = setup({ ...about({ nextUpdate: "absent" }), certificates: [delegate] });
      const until = now + hourMs + 1000;
      expect(judge({ ...answer, signer: delegate })).to.include({ until });
      expect(outcomeOf({ ...answer, signer: delegate, question: { now: until - 1 } })).to.equal(
        "good",
      );
      expect(outcomeOf({ ...answer, signer: delegate, question: { now: until } })).to.equal(
        "the responder's certificate is not valid now",
      );
    });

    it("means by its end the first moment at which it is refused", () => {
      const ends: readonly Partial<OcspQuestion>[] = [
        {},
        { toleranceMs: 5_000 },
        { maxAgeMs: 2 * hourMs },
        { maxAgeMs: 2 * hourMs, toleranceMs: 5_000 },
      ];
      for (const question of ends) {
        const verdict = judge(setup({}, question));
        const until = verdict.outcome === "answered" ? verdict.until! : NaN;
        expect(outcome({}, { ...question, now: until - 1 })).to.equal("good");
        expect(outcome({}, { ...question, now: until })).to.equal("the answer is stale");
      }
    });
  });

  describe("nonce", () => {
    const sent = Buffer.alloc(32, 7);
    const asked = (required: boolean) => ({ nonce: { sent, required } });

    it("takes the answer that repeats it", () => {
      expect(outcome({ nonce: sent }, asked(true))).to.equal("good");
      expect(
        outcome({ moreExtensions: [ocspNonce(sent, { critical: true })] }, asked(true)),
      ).to.equal("good");
    });

    it("takes an answer without it only where that is allowed", () => {
      expect(outcome({}, asked(false))).to.equal("good");
      expect(outcome({}, asked(true))).to.equal("the response has no nonce");
    });

    it("takes no answer to another request", () => {
      for (const nonce of [Buffer.alloc(32, 8), sent.subarray(1), Buffer.alloc(0)]) {
        for (const required of [true, false]) {
          expect(outcome({ nonce }, asked(required))).to.equal(
            "the response has another nonce than the request",
          );
        }
      }
    });

    it("does not mind one that nobody asked for", () => {
      expect(outcome({ nonce: sent })).to.equal("good");
    });
  });

  describe("critical extensions", () => {
    it("refuse the response, or the answer, that holds one which is not processed", () => {
      expect(outcome({ moreExtensions: [critical] })).to.equal(
        "the response holds a critical extension that is not processed",
      );
      expect(outcome(about({ status: "revoked", extensions: [critical] }))).to.equal(
        "the answer holds a critical extension that is not processed",
      );
    });

    it("may be what they like when they are not critical", () => {
      const harmless = extensions.extension("1.2.3", der.nullValue());
      expect(
        outcome({ ...about({ extensions: [harmless] }), moreExtensions: [harmless] }),
      ).to.equal("good");
    });
  });

  it("takes less than 100 ms of CPU time for 64 KiB of answers and certificates", () => {
    const delegate = ocspDelegate(root, { noCheck: false });
    const answer = setup({
      responses: Array.from({ length: 400 }, () => ({
        certificate: leaf,
        hash: "sha512" as const,
      })),
      certificates: Array.from({ length: 64 }, () => delegate),
      raw: (sound) => ({ ...sound, alterSignature: (one) => one.fill(1, 8) }),
    });
    const forged = { ...answer, signer: delegate };
    expect(outcomeOf(forged)).to.equal("the response's signature does not hold");
    expect(bestCpuMs(() => judge(forged))).to.be.lessThan(100);
  });
});
