import { createServer } from "node:http";
import { expect } from "chai";
import express, { Router, type ErrorRequestHandler } from "express";
import express4 from "express4";
import supertest from "supertest";
import mtlsByDefault, { clientOf, mtls, MtlsError, requireClient, spiffe } from "../src/index.ts";
import { fakeClient, fakeMtls } from "../src/testing.ts";

/** Of a supertest response, with a body that has to be looked at. */
interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const ann = fakeClient({ commonName: "ann", spiffeId: "spiffe://corp.example/admin/ann" });

describe("mtls() in Express", () => {
  it("is the default export too", () => {
    expect(mtlsByDefault).to.equal(mtls);
  });

  for (const [name, create] of [
    ["5", express],
    ["4", express4],
  ] as const) {
    it(`guards a router and a route, whose parameters stay typed, in Express ${name}`, async () => {
      const app = create();
      const admin = Router();
      admin.use(requireClient(spiffe("spiffe://corp.example/admin/*")));
      admin.delete(
        "/users/:id",
        requireClient((client) => client.emails.length > 0),
        (req, res) => {
          const { id } = req.params;
          res.json(id);
        },
      );
      admin.get("/users/:id", (req, res) => {
        res.json([req.params.id, clientOf(req).commonName]);
      });
      app.use(fakeMtls(ann));
      app.use("/admin", admin);
      expect((await supertest(app).get("/admin/users/7")).body).to.deep.equal(["7", "ann"]);
      expect((await supertest(app).delete("/admin/users/7")).status).to.equal(403);
    });

    it(`hands refusals to the error handlers of Express ${name} when asked`, async () => {
      const app = create();
      app.use(fakeMtls(undefined, { onRefusal: "next" }));
      app.use(((error: unknown, _req, res, next) => {
        if (!(error instanceof MtlsError)) {
          next(error);
          return;
        }
        res.status(error.status).json({ error: error.code });
      }) satisfies ErrorRequestHandler);
      const answer: Answer = await supertest(app).get("/");
      expect(answer.status).to.equal(403);
      expect(answer.body).to.deep.equal({ error: "ERR_MTLS_CERTIFICATE_MISSING" });
    });

    it(`reads the whole path when it is mounted below one in Express ${name}`, async () => {
      const app = create();
      const rules = [
        { match: "GET /api/orders", allow: "any-client" },
        { match: "GET /api", allow: "any-client" },
      ] as const;
      app.use("/api", fakeMtls(ann, { rules }));
      app.use((_req, res) => {
        res.json("reached");
      });
      for (const [path, status] of [
        ["/api/orders", 200],
        ["/api", 200],
        ["/api/secrets", 403],
        ["/orders", 200],
      ] as const) {
        expect((await supertest(app).get(path)).status, path).to.equal(status);
      }
    });
  }
});

describe("two shields on one request in Express", () => {
  for (const [name, create] of [
    ["5", express],
    ["4", express4],
  ] as const) {
    it(`lets guards ask the inner one, in front of which another stood before Express ${name} had the request`, async () => {
      const app = create();
      app.use(fakeMtls(undefined, { required: false }));
      app.get("/", requireClient("any-client"), (_req, res) => {
        res.json("reached");
      });
      app.get("/seen", (req, res) => {
        res.json([req.mtls?.authenticated]);
      });
      const front = fakeMtls(ann);
      const server = createServer((request, response) => {
        front(request, response, () => {
          app(request, response);
        });
      });
      expect((await supertest(server).get("/")).status).to.equal(403);
      expect((await supertest(server).get("/seen")).body).to.deep.equal([false]);
    });
  }
});
