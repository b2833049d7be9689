import { expect } from "chai";
import express from "express";
import findMyWay from "find-my-way";
import Koa from "koa";
import { fingerprint, type Rule } from "@mtls-shield/node";
import { fakeMtls as nodeShield } from "@mtls-shield/node/testing";
import { fakeMtls as koaShield } from "@mtls-shield/koa/testing";
import type { ClientIdentity } from "@mtls-shield/core";

import { owner, stranger } from "./policies.ts";
import { exchange, type Listener, type WireRequest } from "./wire.ts";

interface Plan {
  readonly shield: { readonly client: ClientIdentity; readonly rules: readonly Rule[] } | undefined;
}

type Build = (plan: Plan) => Listener;

/** An application that answers `public` on one host and `internal` on every other, by its own idea of hosts. */
function dispatching(isPublic: (host: string) => boolean): Build {
  return ({ shield }) => {
    const app = express();
    if (shield !== undefined) app.use(nodeShield(shield.client, { rules: shield.rules }));
    app.use((req, res) => {
      res.end(isPublic(req.headers.host ?? "") ? "public" : "internal");
    });
    return app;
  };
}

const byHostname: Build = ({ shield }) => {
  const app = express();
  if (shield !== undefined) app.use(nodeShield(shield.client, { rules: shield.rules }));
  app.use((req, res) => {
    res.end(req.hostname === "public.example" ? "public" : "internal");
  });
  return app;
};

const byKoaHostname: Build = ({ shield }) => {
  const app = new Koa();
  app.silent = true;
  if (shield !== undefined) app.use(koaShield(shield.client, { rules: shield.rules }));
  app.use((ctx) => {
    ctx.body = ctx.hostname === "public.example" ? "public" : "internal";
  });
  return app.callback();
};

const byConstraint: Build = ({ shield }) => {
  const router = findMyWay();
  router.on("GET", "/*", (_request, response) => response.end("internal"));
  router.on("GET", "/*", { constraints: { host: "public.example" } }, (_request, response) =>
    response.end("public"),
  );
  const guard = shield && nodeShield(shield.client, { rules: shield.rules });
  return (request, response) => {
    if (guard === undefined) router.lookup(request, response);
    else
      guard(request, response, () => {
        router.lookup(request, response);
      });
  };
};

const withoutPort = (host: string): string => host.replace(/:\d+$/, "");

const apps: Readonly<Record<string, Build>> = {
  "compares letters": dispatching((host) => withoutPort(host) === "public.example"),
  "ignores case, as vhost does": dispatching((host) =>
    /^public\.example$/i.test(withoutPort(host)),
  ),
  "ignores a final dot": dispatching(
    (host) => withoutPort(host).replace(/\.$/, "") === "public.example",
  ),
  "ignores both": dispatching((host) => /^public\.example\.?$/i.test(withoutPort(host))),
  "takes a URL parser": dispatching(
    (host) =>
      URL.canParse(`http://${host}`) && new URL(`http://${host}`).hostname === "public.example",
  ),
  "takes req.hostname": byHostname,
  "takes ctx.hostname": byKoaHostname,
  "is find-my-way": byConstraint,
};

const forOwner = fingerprint(owner.fingerprint);

const policies: Readonly<Record<string, readonly Rule[]>> = {
  "public is open, the rest is not": [
    { match: "* /**", host: "public.example", allow: "anyone" },
    { match: "* /**", allow: forOwner },
  ],
  "public is open, and there is no rule for the rest": [
    { match: "* /**", host: "public.example", allow: "anyone" },
    { match: "* /**", host: "internal.example", allow: forOwner },
  ],
};

function get(target: string, ...headers: readonly string[]): WireRequest {
  return { method: "GET", target, headers };
}

/** Hosts as a client may write them. */
const requests: readonly WireRequest[] = [
  ...[
    "public.example",
    "PUBLIC.example",
    "Public.Example",
    "public.example.",
    "PUBLIC.EXAMPLE.",
    "public.example..",
    ".public.example",
    "internal.example",
    "INTERNAL.example",
    "internal.example.",
    "other.example",
    "public.example.evil.example",
    "evilpublic.example",
    "public.example@internal.example",
    "public.example, internal.example",
    "public.example/",
    "public.example\\",
    "public.example#",
    "public%2eexample",
    "public.exampl%65",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "127.0.0.1",
    "localhost",
    "",
  ].map((host) => get("/", `Host: ${host}`)),
  get("/", "Host: public.example", "Host: internal.example"),
  get("/", "Host: internal.example", "Host: public.example"),
  get("/", "host: public.example", "HOST: internal.example"),
  get("/", "Host: public.example", "X-Forwarded-Host: internal.example"),
  get("http://public.example/", "Host: internal.example"),
  get("http://internal.example/", "Host: public.example"),
  get("http://public.example/", "Host: public.example"),
  get("http://PUBLIC.example/", "Host: public.example"),
  get("http://user@public.example/", "Host: internal.example"),
  get("//public.example/", "Host: internal.example"),
];

/** Ports beside the name: an application that compares `Host` with its port compares something else than rules do. */
const requestsWithPort: readonly WireRequest[] = [
  "public.example:443",
  "PUBLIC.example:8443",
  "public.example.:1",
  "public.example:",
  "public.example:x",
  "public.example:80:443",
  "internal.example:443",
].map((host) => get("/", `Host: ${host}`));

describe("rules by host", () => {
  for (const [how, build] of Object.entries(apps)) {
    const all = how === "is find-my-way" ? requests : [...requests, ...requestsWithPort];

    for (const [policy, rules] of Object.entries(policies)) {
      it(`keep a stranger from what is internal, where ${policy} and the application ${how}`, async () => {
        const open = build({ shield: undefined });
        const guarded = build({ shield: { client: stranger, rules } });
        let internal = 0;
        for (const request of all) {
          if ((await exchange(open, request)).body === "internal") internal++;
          const { status, body } = await exchange(guarded, request);
          const description = `${request.target} ${(request.headers ?? []).join(", ")}`;
          expect(body, description).to.not.equal("internal");
          expect(status, description).to.be.oneOf([200, 400, 403]);
        }
        expect(internal).to.be.at.least(15);
      });
    }

    it(`let everybody have what they may, where the application ${how}`, async () => {
      for (const rules of Object.values(policies)) {
        const answer = async (client: ClientIdentity, host: string): Promise<string> =>
          (await exchange(build({ shield: { client, rules } }), get("/", `Host: ${host}`))).body;
        expect(await answer(stranger, "public.example")).to.equal("public");
        expect(await answer(owner, "internal.example")).to.equal("internal");
        if (how !== "is find-my-way") {
          expect(await answer(stranger, "public.example:8443")).to.equal("public");
          expect(await answer(owner, "internal.example:8443")).to.equal("internal");
        }
      }
    });
  }

  it("hold for an absolute target that agrees with the Host header, and for no other", async () => {
    const rules = policies["public is open, the rest is not"]!;
    const listener = byHostname({ shield: { client: stranger, rules } });
    const statusOf = async (target: string, host: string): Promise<number> =>
      (await exchange(listener, get(target, `Host: ${host}`))).status;
    expect(await statusOf("http://public.example/a", "public.example")).to.equal(200);
    expect(await statusOf("http://public.example:80/a", "public.example")).to.equal(200);
    expect(await statusOf("http://internal.example/a", "public.example")).to.equal(400);
    expect(await statusOf("http://public.example/a", "internal.example")).to.equal(400);
  });

  it("refuse a request that names no host, as HTTP/1.0 allows", async () => {
    const rules = policies["public is open, the rest is not"]!;
    const listener = byHostname({ shield: { client: stranger, rules } });
    const request = { ...get("/"), version: "1.0" } as const;
    const { status, body } = await exchange(listener, request);
    expect(status).to.equal(400);
    expect(body).to.contain("host-ambiguous");
  });
});
