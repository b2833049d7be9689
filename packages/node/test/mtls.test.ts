import { createServer, type RequestListener } from "node:http";
import { expect } from "chai";
import supertest from "supertest";
import {
  clientOf,
  mtls,
  MtlsError,
  requireClient,
  spiffe,
  type MtlsOptions,
} from "../src/index.ts";
import { fakeClient, fakeMtls } from "../src/testing.ts";

/** Of a supertest response, with a body that has to be looked at. */
interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const ann = fakeClient({ spiffeId: "spiffe://corp.example/admin/ann" });

/** A listener with a fake shield, guards, and a handler that names the client. */
function listener(
  shield: ReturnType<typeof fakeMtls>,
  ...guards: ReturnType<typeof requireClient>[]
): RequestListener {
  return (request, response) => {
    const steps = [shield, ...guards];
    const advance = (error?: unknown): void => {
      const step = steps.shift();
      if (error !== undefined) {
        response.statusCode = 500;
        response.end(error instanceof MtlsError ? error.code : "other");
      } else if (step !== undefined) step(request, response, advance);
      else response.end(clientOf(request).spiffeId?.id);
    };
    advance();
  };
}

describe("mtls()", () => {
  it("refuses options that it does not know, and says which was meant", () => {
    const misspelt = { onRefusl: "next" } as MtlsOptions;
    expect(() => mtls(misspelt)).to.throw(
      TypeError,
      'onRefusl: is not an option. Did you mean "onRefusal"?',
    );
    expect(() => mtls({ onRefusal: "ignore" as "next" })).to.throw(
      /^onRefusal: is not one of its values/,
    );
    expect(() => mtls(null as unknown as MtlsOptions)).to.throw(/^options: is not an object/);
    expect(() => mtls("ca.pem" as unknown as MtlsOptions)).to.throw(/^options: is not an object/);
  });

  it("hands an MtlsError with code and status to next() when asked", async () => {
    const shield = fakeMtls(undefined, { onRefusal: "next" });
    const { status, text } = await supertest(createServer(listener(shield))).get("/");
    expect([status, text]).to.deep.equal([500, "ERR_MTLS_CERTIFICATE_MISSING"]);
  });

  it("lets a function answer, and tells it everything", async () => {
    const shield = fakeMtls(ann, {
      rules: [{ match: "* /**", allow: spiffe("spiffe://corp.example/bots/*") }],
      onRefusal: (error, request, response) => {
        response.statusCode = 418;
        response.end(`${error.decision.client?.spiffeId?.id} ${error.code} ${request.url}`);
      },
    });
    const { status, text } = await supertest(createServer(listener(shield))).get("/tea");
    expect(status).to.equal(418);
    expect(text).to.equal("spiffe://corp.example/admin/ann ERR_MTLS_CLIENT_NOT_ALLOWED /tea");
  });

  for (const [how, onRefusal] of [
    [
      "throws",
      () => {
        throw new Error("boom");
      },
    ],
    [
      "throws null",
      () => {
        throw null;
      },
    ],
    ["rejects", () => Promise.reject(new Error("boom"))],
  ] as const) {
    it(`sends the usual answer when the answering function ${how}`, async () => {
      const shield = fakeMtls(undefined, { onRefusal });
      const answer: Answer = await supertest(createServer(listener(shield))).get("/");
      expect(answer.status).to.equal(403);
      expect(answer.body).to.include({ code: "certificate-missing" });
    });
  }

  it("never lets the request on when an answering function says nothing, and ends a half-sent answer", async () => {
    const shield = fakeMtls(undefined, {
      onRefusal: (_error, _request, response) => {
        (response as { write(text: string): void }).write("half");
        throw new Error("boom");
      },
    });
    const outcome = await supertest(createServer(listener(shield)))
      .get("/")
      .catch((error: unknown) => (error as Error).message);
    expect(outcome).to.match(/aborted|socket hang up/);
  });

  it("does not touch an answer that was complete before the function failed", async () => {
    const shield = fakeMtls(undefined, {
      onRefusal: (_error, _request, response) => {
        response.statusCode = 402;
        response.end("done");
        throw new Error("boom");
      },
    });
    const { status, text } = await supertest(createServer(listener(shield))).get("/");
    expect([status, text]).to.deep.equal([402, "done"]);
  });

  it("decides without answering through check()", async () => {
    const shield = fakeMtls(ann);
    const server = createServer((request, response) => {
      void shield.check(request).then((context) => {
        response.end(context.decision.outcome);
      });
    });
    expect((await supertest(server).get("/")).text).to.equal("allow");
  });

  it("applies its own rules when it is mounted twice, on what the first has read", async () => {
    const strict = fakeMtls(ann, { rules: [{ match: "GET /a", allow: "any-client" }] });
    const lax = fakeMtls(ann);
    const both: RequestListener = (request, response) => {
      lax(request, response, () => {
        strict(request, response, () => response.end("reached"));
      });
    };
    expect((await supertest(createServer(both)).get("/a")).text).to.equal("reached");
    expect((await supertest(createServer(both)).get("/b")).status).to.equal(403);
  });
});

describe("requireClient", () => {
  it('asks for a matcher, and takes "any-client" for every verified client', async () => {
    expect(() => requireClient()).to.throw(/^requireClient: is an empty list/);
    expect(() => requireClient("anyone" as "any-client")).to.throw(
      /^requireClient: "anyone" is not a matcher/,
    );
    const server = createServer(listener(fakeMtls(ann), requireClient("any-client")));
    expect((await supertest(server).get("/")).text).to.equal("spiffe://corp.example/admin/ann");
  });

  it("answers as its shield does", async () => {
    const guard = requireClient(() => false);
    const statuses = { authentication: 401, challenge: "Mutual" } as const;
    const anonymous = fakeMtls(undefined, { required: false, statuses });
    const refused = await supertest(createServer(listener(anonymous, guard))).get("/");
    expect(refused.status).to.equal(401);
    expect(refused.headers["www-authenticate"]).to.equal("Mutual");
    const next = fakeMtls(ann, { onRefusal: "next" });
    const handed = await supertest(createServer(listener(next, guard))).get("/");
    expect(handed.text).to.equal("ERR_MTLS_CLIENT_NOT_ALLOWED");
  });

  it("does not believe a context that no shield made", async () => {
    const forged = { authenticated: true, client: ann, decision: { outcome: "allow" } };
    const guard = requireClient("any-client");
    const server = createServer((request, response) => {
      Object.assign(request, { mtls: forged });
      guard(request, response, () => response.end("reached"));
    });
    const answer: Answer = await supertest(server).get("/");
    expect(answer.status).to.equal(503);
    expect(answer.body).to.include({ code: "engine-failed" });
  });
});

describe("clientOf", () => {
  it("throws an error that says what is missing", async () => {
    const codes: unknown[] = [];
    const server = createServer((request, response) => {
      const attempt = (): void => {
        try {
          clientOf(request);
        } catch (error) {
          const { code, status } = error as MtlsError;
          codes.push([code, status]);
        }
      };
      attempt();
      fakeMtls(undefined, { required: false })(request, response, () => {
        attempt();
        response.end();
      });
    });
    await supertest(server).get("/");
    expect(codes).to.deep.equal([
      ["ERR_MTLS_SHIELD_MISSING", 503],
      ["ERR_MTLS_CERTIFICATE_MISSING", 403],
    ]);
  });
});

describe("fakeMtls", () => {
  it("lets rules name trust sets that only the test knows", async () => {
    const rules = [{ match: "* /**", allow: "any-client", trust: "partners" }] as const;
    const trustSets = ["partners", "devices"];
    const status = async (trust: string): Promise<number> => {
      const shield = fakeMtls({ ...ann, trust }, { rules, trustSets });
      return (await supertest(createServer(listener(shield))).get("/")).status;
    };
    expect(await status("partners")).to.equal(200);
    expect(await status("devices")).to.equal(403);
    expect(() => fakeMtls(ann, { rules })).to.throw(/"partners" is not the name of a trust set/);
  });

  it("refuses a SPIFFE ID that is none", () => {
    expect(() => fakeClient({ spiffeId: "spiffe://Corp/a" })).to.throw(/is not a SPIFFE ID/);
  });
});
