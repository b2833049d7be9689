import express, { Router, type ErrorRequestHandler, type Express } from "express";
import mtls, {
  allOf,
  anyOf,
  clientOf,
  commonName,
  dnsName,
  email,
  fingerprint,
  MtlsError,
  not,
  publicKeyPin,
  requireClient,
  spiffe,
  uri,
  type DecisionEvent,
  type MtlsHandler,
  type MtlsOptions,
  type Rule,
} from "@mtls-shield/express";

export const rules: readonly Rule[] = [
  { match: "GET /health", allow: "anyone" },
  { match: "* /admin/**", allow: spiffe("spiffe://corp.example/admin/*") },
  {
    name: "devices",
    path: "/devices/**",
    methods: ["GET", "PUT"],
    allow: [dnsName("*.corp.example")],
  },
  {
    match: "POST /orders",
    allow: [
      anyOf(email("ops@corp.example"), uri("urn:device:42")),
      (client) => client.emails.length > 1,
    ],
    deny: commonName("retired"),
  },
  { match: "* /**", allow: "any-client" },
];

export function optionsFor(trust: string, events: DecisionEvent[]): MtlsOptions {
  return {
    trust: { partners: trust, devices: { roots: trust, intermediates: [trust] } },
    rules: rules.map((rule) => (rule.allow === "anyone" ? rule : { ...rule, trust: "partners" })),
    statuses: { authentication: 401, challenge: 'Mutual realm="orders"' },
    limits: { certificates: 5 },
    clock: () => Date.now(),
    onDecision: (event) => events.push(event),
    onWarning: ({ option, message }) => {
      console.error(option, message);
    },
    onRefusal: "next",
  };
}

/** An application that is given its shield, so that a test can give it a fake one. */
export function createApp(shield: MtlsHandler = mtls()): Express {
  const app = express();
  app.use(shield);

  app.get("/health", (req, res) => {
    const who: string | undefined = req.mtls?.authenticated
      ? req.mtls.client.commonName
      : "stranger";
    res.json({ who, outcome: req.mtls?.decision.outcome });
  });

  app.get("/whoami", (req, res) => {
    const { subject, spiffeId, notAfter } = clientOf(req);
    const until: number = notAfter;
    res.json({ subject, trustDomain: spiffeId?.trustDomain, until });
  });

  const admin = Router();
  admin.use(
    requireClient(allOf(spiffe("spiffe://corp.example/admin/*"), not(dnsName("*.legacy.example")))),
  );
  admin.delete(
    "/users/:id",
    requireClient((client) => client.spiffeId !== undefined),
    (req, res) => {
      const id: string = req.params.id;
      res.json({ id });
    },
  );
  app.use("/admin", admin);

  app.get(
    "/pinned/:name",
    requireClient(fingerprint("00".repeat(32)), publicKeyPin("00".repeat(32))),
    (req, res) => {
      res.json(req.params.name.length);
    },
  );

  app.use(((error, _req, res, next) => {
    if (!(error instanceof MtlsError)) {
      next(error);
      return;
    }
    const code: `ERR_MTLS_${string}` = error.code;
    res.status(error.status).json({ error: code, because: error.decision.reason.code });
  }) satisfies ErrorRequestHandler);
  return app;
}
