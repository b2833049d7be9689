import { once } from "node:events";
import { connect } from "node:tls";
import { expect } from "chai";
import { createMtlsServer } from "@mtls-shield/node";
import { authority, fakeClock, startServer } from "@mtls-shield/testkit";

const ca = authority();
const server = ca.server();
const ann = ca.client();

describe("requests that do not wait for an answer", () => {
  it("keep no answer alive that its client may not have any more", async () => {
    const clock = fakeClock(Date.now());
    let asked = 0;
    const secure = createMtlsServer(
      {
        key: server.leaf.privateKeyPem,
        cert: server.chainPem,
        trust: ca.root.pem,
        clock,
        rules: [
          { match: "GET /health", allow: "anyone" },
          { match: "* /**", allow: "any-client" },
        ],
        onWarning: () => undefined,
      },
      (request, response) => {
        asked++;
        if (request.url === "/health") response.end();
        else response.write("secret");
      },
    );
    const { port, close } = await startServer(secure);
    const client = connect({
      port,
      servername: "localhost",
      ca: ca.root.pem,
      cert: ann.chainPem,
      key: ann.leaf.privateKeyPem,
    });
    client.on("error", () => undefined);
    await once(client, "secureConnect");
    const closed = once(client, "close");
    client.write("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await once(client, "data");
    const answered = once(secure, "request");
    client.write("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await answered;
    expect(asked).to.equal(2);
    clock.advance(400 * 86_400_000);
    await closed;
    await close();
  });
});
