import { once } from "node:events";
import { createServer } from "node:http";
import {
  connect,
  createSecureServer,
  type ClientHttp2Session,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import { Agent } from "node:https";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { authority, callApi, startServer } from "@mtls-shield/testkit";
import {
  createDenyList,
  createMtlsServer,
  httpsOptions,
  mtls,
  type MtlsOptions,
} from "../src/index.ts";
import { endConnectionAfter } from "../src/end-connection.ts";

const ca = authority();
const server = ca.server();
const tls = { key: server.leaf.privateKeyPem, cert: server.chainPem, ca: ca.root.pem };
const client = ca.client({ commonName: "ann" });
const trust = ca.root.pem;

function denyList(...publicKeys: readonly string[]) {
  return createDenyList({ entries: publicKeys.map((publicKey) => ({ publicKey })) });
}

describe("the connection of a revoked client", () => {
  /** The `connection` headers of two calls over one connection, before and after the client was denied. */
  async function callTwice(options: MtlsOptions): Promise<readonly (readonly [number, unknown])[]> {
    const denied = denyList();
    const shield = mtls({ trust, revocation: { denied }, ...options });
    const app = (_request: unknown, response: { end(text: string): void }) => {
      response.end("{}");
    };
    const running = await startServer(createMtlsServer({ ...tls, shield }, app));
    const agent = new Agent({ keepAlive: true });
    const call = async () => {
      const { status, headers } = await callApi({ port: running.port, client, agent });
      return [status, headers.connection] as const;
    };
    const first = await call();
    await denied.deny({ publicKey: client.leaf.pem });
    const second = await call();
    agent.destroy();
    await running.close();
    return [first, second];
  }

  it("ends after the refusal, whoever writes that", async () => {
    for (const onRefusal of [
      "respond",
      "next",
      (_error: unknown, _request: unknown, response: { statusCode: number; end(): unknown }) => {
        response.statusCode = 403;
        response.end();
      },
    ] as const) {
      expect(await callTwice({ onRefusal })).to.deep.equal([
        [200, "keep-alive"],
        [403, "close"],
      ]);
    }
  });

  it("stays where the refusal is only recorded", async () => {
    expect(await callTwice({ mode: "report" })).to.deep.equal([
      [200, "keep-alive"],
      [200, "keep-alive"],
    ]);
  });

  it("stays where a client is refused for something else", async () => {
    const running = await startServer(
      createMtlsServer({ ...tls, shield: mtls() }, () => undefined),
    );
    const { status, headers } = await callApi({
      port: running.port,
      agent: new Agent({ keepAlive: true, maxSockets: 1 }),
    });
    await running.close();
    expect([status, headers.connection]).to.deep.equal([403, "keep-alive"]);
  });
});

describe("endConnectionAfter on HTTP/2", () => {
  type Listener = (request: Http2ServerRequest, response: Http2ServerResponse) => void;
  async function session(listener: Listener): Promise<ClientHttp2Session> {
    const running = createSecureServer(httpsOptions(tls), listener);
    running.listen(0, "127.0.0.1");
    await once(running, "listening");
    const { port } = running.address() as AddressInfo;
    const caller = connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
    caller.once("close", () => running.close());
    return caller;
  }

  /** The status of one stream, and its body. */
  async function get(
    caller: ClientHttp2Session,
    path: string,
  ): Promise<readonly [unknown, string]> {
    const stream = caller.request({ ":path": path });
    let text = "";
    stream.on("data", (part: Buffer) => (text += part.toString()));
    const [headers] = (await once(stream, "response")) as [Record<string, unknown>];
    if (!stream.readableEnded) await once(stream, "end");
    return [headers[":status"], text];
  }

  it("lets other streams of the session finish, and admits no further one", async () => {
    let finish = (): void => undefined;
    const caller = await session((request, response) => {
      if (request.url === "/slow") {
        finish = () => response.end("slow");
        return;
      }
      endConnectionAfter(response);
      response.statusCode = 403;
      response.end("refused");
      setTimeout(() => {
        finish();
      }, 20);
    });
    const closed = once(caller, "close");
    const slow = get(caller, "/slow");
    expect(await get(caller, "/")).to.deep.equal([403, "refused"]);
    expect(await slow).to.deep.equal([200, "slow"]);
    await closed;
    expect(caller.closed).to.equal(true);
  });

  it("has nothing left to end where the client went away while its request waited", async () => {
    let done: (fault?: unknown) => void = () => undefined;
    const outcome = new Promise<unknown>((resolve) => (done = resolve));
    const caller = await session((_request, response) => {
      response.stream.once("close", () => {
        try {
          endConnectionAfter(response);
          done("nothing");
        } catch (error) {
          done(error);
        }
      });
      caller.destroy();
    });
    caller.on("error", () => undefined);
    caller.request({ ":path": "/" }).on("error", () => undefined);
    expect(await outcome).to.equal("nothing");
  });
});

describe("endConnectionAfter on HTTP/1.1", () => {
  it("leaves an answer of which the head is out already as it is", async () => {
    const running = await startServer(
      createServer((_request, response) => {
        response.write("half");
        endConnectionAfter(response);
        response.end(" and half");
      }),
    );
    const answer = await fetch(`http://127.0.0.1:${running.port}/`);
    expect(await answer.text()).to.equal("half and half");
    await running.close();
  });
});
