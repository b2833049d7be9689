import { expect } from "chai";

import { deny } from "../../src/decision/deny.ts";
import { MtlsError } from "../../src/decision/mtls-error.ts";
import { defaultStatuses } from "../../src/decision/statuses.ts";
import { reason } from "../../src/reasons/reason.ts";
import { reasons, type ReasonCode } from "../../src/reasons/reasons.ts";

const challenge = 'Mutual realm="orders"';
const split = { authentication: 401, challenge } as const;

function errorOf(
  code: ReasonCode,
  statuses: typeof split | typeof defaultStatuses = defaultStatuses,
) {
  const details = { subject: "CN=secret" };
  return new MtlsError(deny(reason(code, { details })), statuses);
}

describe("MtlsError", () => {
  it("is shaped like the errors of http-errors", () => {
    const error = errorOf("certificate-expired");
    expect(error).to.be.instanceOf(Error);
    expect(error).to.include({
      name: "MtlsError",
      code: "ERR_MTLS_CERTIFICATE_EXPIRED",
      status: 403,
      statusCode: 403,
      expose: true,
      message: "The certificate has expired.",
    });
  });

  it("keeps the whole decision for logs, and none of its details in the message", () => {
    const error = errorOf("certificate-expired");
    expect(error.decision.reason.details).to.deep.equal({ subject: "CN=secret" });
    expect(error.message).to.not.include("secret");
    expect(JSON.stringify(error.publicReason)).to.not.include("secret");
  });

  it("forbids caches to keep the answer, and challenges only with 401", () => {
    expect(errorOf("certificate-missing").headers).to.deep.equal({ "Cache-Control": "no-store" });
    expect(errorOf("certificate-missing", split).headers).to.deep.equal({
      "Cache-Control": "no-store",
      "WWW-Authenticate": challenge,
    });
    expect(errorOf("client-not-allowed", split).headers).to.deep.equal({
      "Cache-Control": "no-store",
    });
    expect(Object.isFrozen(errorOf("certificate-missing").headers)).to.equal(true);
  });

  it("challenges nobody without a challenge", () => {
    const error = new MtlsError(deny(reason("certificate-missing")), {
      authentication: 401,
      challenge: undefined,
    });
    expect(error.headers).to.not.have.property("WWW-Authenticate");
  });

  for (const [code, info] of Object.entries(reasons).filter(
    ([, { category }]) => category === "engine",
  )) {
    it(`keeps ${code} inside: the client learns that the engine failed, and no more`, () => {
      const error = errorOf(code as ReasonCode);
      expect(error.code).to.equal(`ERR_MTLS_${code.toUpperCase().replaceAll("-", "_")}`);
      expect(error).to.include({ status: 503, expose: false });
      expect(error.publicReason).to.deep.equal({
        code: "engine-failed",
        summary: reasons["engine-failed"].summary,
      });
      if (code !== "engine-failed") expect(error.message).to.not.equal(info.summary);
    });
  }

  it("tells every other reason by its own code and sentence", () => {
    for (const [code, { category, summary }] of Object.entries(reasons)) {
      if (category === "engine") continue;
      expect(errorOf(code as ReasonCode).publicReason).to.deep.equal({ code, summary });
    }
  });

  it("ends the connection of whoever was revoked, suspended, denied or is not known to the responder", () => {
    const ending = Object.keys(reasons).filter(
      (code) => errorOf(code as ReasonCode).endsConnection,
    );
    expect(ending).to.deep.equal([
      "certificate-revoked",
      "certificate-on-hold",
      "certificate-denied",
      "responder-unknown",
    ]);
  });

  it("answers 503 where a status cannot be had, which is nobody's guilt, and says so", () => {
    const error = errorOf("revocation-unknown", split);
    expect(error).to.include({ status: 503, expose: false, endsConnection: false });
    expect(error.publicReason.code).to.equal("revocation-unknown");
  });

  it("carries the cause of the reason, when there is one", () => {
    const cause = new Error("broken clock");
    const error = new MtlsError(deny(reason("engine-failed", { cause })), defaultStatuses);
    expect(error.cause).to.equal(cause);
    expect(Object.hasOwn(errorOf("engine-failed"), "cause")).to.equal(false);
  });
});
