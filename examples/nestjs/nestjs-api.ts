import "reflect-metadata";

import type { IncomingMessage } from "node:http";
import { createServer, type Server } from "node:https";

import { clientOf, httpsOptions, mtls, type MtlsHandler } from "@mtls-shield/node";
import {
  Controller,
  ForbiddenException,
  Get,
  Logger,
  Module,
  Req,
  type CanActivate,
  type ExecutionContext,
} from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import express from "express";

import type { ExampleOptions } from "../start-example.ts";

/** Asks the shield before every handler, and refuses in Nest's own way. */
class ClientGuard implements CanActivate {
  readonly #shield: MtlsHandler;

  constructor(shield: MtlsHandler) {
    this.#shield = shield;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<IncomingMessage>();
    const { decision } = await this.#shield.check(request);
    if (decision.outcome === "allow") return true;
    throw new ForbiddenException({ code: decision.reason.code });
  }
}

class ClientsController {
  whoami(request: IncomingMessage): { readonly client: string | undefined } {
    return { client: clientOf(request).uris[0] };
  }
}

class ClientsModule {
  /** A name for logs: a module needs nothing else. */
  readonly name = "clients";
}

// Decorators as calls: these sources run without a compiler. With one, write them as usual.
const whoami = "whoami";
const method = Object.getOwnPropertyDescriptor(
  ClientsController.prototype,
  whoami,
) as PropertyDescriptor;
Get("/whoami")(ClientsController.prototype, whoami, method);
Req()(ClientsController.prototype, whoami, 0);
Controller()(ClientsController);
Module({ controllers: [ClientsController] })(ClientsModule);

export async function createNestjsApi({ cert, key, trust }: ExampleOptions): Promise<Server> {
  Logger.overrideLogger(["error", "warn"]);
  const listener = express();
  const app = await NestFactory.create(ClientsModule, new ExpressAdapter(listener));
  app.useGlobalGuards(new ClientGuard(mtls({ trust })));
  await app.init();
  return createServer(httpsOptions({ cert, key, ca: trust }), listener);
}
