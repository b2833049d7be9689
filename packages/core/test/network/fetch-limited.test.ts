import { expect } from "chai";

import { type AddressPolicy, readCertificateAddresses } from "../../src/network/address-policy.ts";
import {
  fetchBytes,
  fetchLimited,
  type FetchSurroundings,
  type LimitedRequest,
} from "../../src/network/fetch-limited.ts";
import type { Fetcher, FetchRequest, FetchResponse } from "../../src/network/fetcher.ts";

const policy = readCertificateAddresses({ hosts: ["a.example", "*.b.example"] }, "addresses");
const usual = { url: "http://a.example/a.crl", maxBytes: 10, timeoutMs: 1_000, policy };

/** A fetcher that answers each URL from a table, and remembers what it was asked. */
function table(answers: Readonly<Record<string, Partial<FetchResponse>>>) {
  const asked: FetchRequest[] = [];
  const fetcher: Fetcher = (request) => {
    asked.push(request);
    const answer = answers[request.url.href] ?? { status: 404 };
    return Promise.resolve({ status: 200, headers: {}, body: pieces(), ...answer });
  };
  return { fetcher, asked };
}

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text));
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}

/** Timers that ring when they are told to. */
function handTimers() {
  const tasks = new Map<() => void, number>();
  return {
    tasks,
    ring: () => {
      for (const task of tasks.keys()) task();
    },
    after(delayMs: number, task: () => void) {
      tasks.set(task, delayMs);
      return () => void tasks.delete(task);
    },
  };
}

function surroundings(fetcher: Fetcher, timers = handTimers()): FetchSurroundings {
  return { fetcher, timers, clock: () => Date.parse("2026-01-01T00:00:00Z") };
}

function get(fetcher: Fetcher, changes: Partial<LimitedRequest> = {}) {
  return fetchBytes(surroundings(fetcher), { ...usual, ...changes });
}

/** What comes of a redirect from one address to another. */
async function redirected(
  from: string,
  location: string | undefined,
  changes: Partial<LimitedRequest> = {},
) {
  const headers = location === undefined ? {} : { location };
  const { fetcher, asked } = table({
    [from]: { status: 302, headers },
    "http://a.example/end": { body: pieces("end") },
    "https://a.example/end": { body: pieces("end") },
    "https://x.b.example/end": { body: pieces("end") },
  });
  const result = await get(fetcher, { url: from, ...changes });
  return { result, asked: asked.map(({ url }) => url.href) };
}

describe("fetchBytes", () => {
  it("hands over the body, the headers, and what the answer can be known by", async () => {
    const headers = { etag: '"1"', "cache-control": "max-age=60" };
    const { fetcher, asked } = table({ [usual.url]: { headers, body: pieces("he", "", "llo") } });
    expect(await get(fetcher, { headers: { accept: "a/b" } })).to.deep.equal({
      outcome: "fetched",
      value: Buffer.from("hello"),
      headers,
      validators: { etag: '"1"' },
    });
    expect(asked[0]).to.deep.include({ method: "GET", headers: { accept: "a/b" } });
    expect(asked[0]).to.not.have.property("body");
    expect(asked[0]?.admits("127.0.0.1")).to.equal(false);
  });

  it("sends a POST with its body", async () => {
    const { fetcher, asked } = table({ [usual.url]: { body: pieces("ok") } });
    const body = Buffer.from("question");
    expect(await get(fetcher, { method: "POST", body })).to.include({ outcome: "fetched" });
    expect(asked[0]).to.include({ method: "POST", body });
  });

  it("takes a URL object, too", async () => {
    const { fetcher } = table({ [usual.url]: { body: pieces("ok") } });
    expect(await get(fetcher, { url: new URL(usual.url) })).to.include({ outcome: "fetched" });
  });

  for (const [url, problem] of [
    ["http://", "what should be asked is not a URL"],
    ["crl", "what should be asked is not a URL"],
    ["http://169.254.169.254/latest", "169.254.169.254 is not among the hosts allowed"],
    ["http://u:secret@a.example/", "a.example is addressed with a user's name"],
    ["file:///etc/passwd", "file: is neither http nor https"],
    ["ldap://a.example/cn=CA", "a.example is neither http nor https"],
  ] as const) {
    it(`asks nobody for ${url}`, async () => {
      const { fetcher, asked } = table({});
      expect(await get(fetcher, { url })).to.deep.equal({ outcome: "failed", problem });
      expect(asked).to.be.empty;
    });
  }

  it("tells of a problem in one short line, however long the host", async () => {
    const { fetcher } = table({});
    const result = await get(fetcher, { url: `http://${"a.".repeat(50_000)}/` });
    expect(result).to.have.property("problem").with.length.below(320);
  });

  it("fails when the fetcher rejects or throws, and shows no more than an error's code", async () => {
    const error = Object.assign(new Error("connect 10.0.0.1:80"), { code: "ECONNREFUSED" });
    const problem = "a.example refused the connection";
    expect(await get(() => Promise.reject(error))).to.deep.equal({ outcome: "failed", problem });
    const thrower: Fetcher = () => {
      throw error;
    };
    expect(await get(thrower)).to.deep.equal({ outcome: "failed", problem });
  });

  describe("limits the body", () => {
    const long = "a.example sends more than 10 bytes";

    it("by the length that is announced, before any of it is read", async () => {
      let read = false;
      async function* body() {
        read = true;
        yield* pieces("a");
      }
      const { fetcher } = table({
        [usual.url]: { headers: { "content-length": "11" }, body: body() },
      });
      expect(await get(fetcher)).to.deep.equal({ outcome: "failed", problem: long });
      expect(read).to.equal(false);
    });

    it("by counting", async () => {
      let sent = 0;
      async function* endless() {
        for (;;) {
          sent++;
          yield* pieces("abcd");
        }
      }
      const { fetcher } = table({ [usual.url]: { body: endless() } });
      expect(await get(fetcher)).to.deep.equal({ outcome: "failed", problem: long });
      expect(sent).to.equal(3);
    });

    it("and takes as much as is allowed", async () => {
      const headers = { "content-length": "10" };
      const { fetcher } = table({ [usual.url]: { headers, body: pieces("12345", "67890") } });
      expect(await get(fetcher)).to.include({ outcome: "fetched" });
    });

    it("and refuses a part", async () => {
      const headers = { "content-length": "9" };
      const { fetcher } = table({ [usual.url]: { headers, body: pieces("12345") } });
      const problem = "a.example sent 5 of 9 bytes";
      expect(await get(fetcher)).to.deep.equal({ outcome: "failed", problem });
    });

    it("and counts when the announcement is none", async () => {
      const headers = { "content-length": "many" };
      const { fetcher } = table({ [usual.url]: { headers, body: pieces("12345") } });
      expect(await get(fetcher)).to.include({ outcome: "fetched" });
    });
  });

  describe("refuses", () => {
    for (const encoding of ["gzip", "br", "identity, gzip", "", "x\ny"]) {
      it(`the content encoding ${JSON.stringify(encoding)}`, async () => {
        const headers = { "content-encoding": encoding };
        const { fetcher } = table({ [usual.url]: { headers, body: pieces("a") } });
        expect(await get(fetcher)).to.deep.equal({
          outcome: "failed",
          problem: "a.example sent a content encoding, which was not asked for",
        });
      });
    }

    for (const status of [199, 201, 204, 206, 300, 304, 305, 400, 404, 500, 503]) {
      it(`the status ${status}`, async () => {
        const { fetcher } = table({ [usual.url]: { status, body: pieces("a") } });
        const problem = `a.example answered with status ${status}`;
        expect(await get(fetcher)).to.deep.equal({ outcome: "failed", problem });
      });
    }
  });

  it("takes the content encoding that is none", async () => {
    const headers = { "content-encoding": "Identity" };
    const { fetcher } = table({ [usual.url]: { headers, body: pieces("a") } });
    expect(await get(fetcher)).to.include({ outcome: "fetched" });
  });

  it("hands on when the server wants to be asked again, within bounds", async () => {
    for (const [text, retryAfterMs] of [
      ["120", 120_000],
      ["Thu, 01 Jan 2026 00:01:00 GMT", 60_000],
      ["999999999", 3_600_000],
    ] as const) {
      const { fetcher } = table({ [usual.url]: { status: 503, headers: { "retry-after": text } } });
      const problem = "a.example answered with status 503";
      expect(await get(fetcher)).to.deep.equal({ outcome: "failed", problem, retryAfterMs });
    }
  });

  it("says that nothing has changed, if it said what it knows", async () => {
    const headers = { etag: '"2"' };
    const { fetcher, asked } = table({ [usual.url]: { status: 304, headers } });
    expect(await get(fetcher, { validators: { etag: '"1"' } })).to.deep.equal({
      outcome: "unchanged",
      headers,
      validators: { etag: '"2"' },
    });
    expect(asked[0]?.headers).to.deep.equal({ "if-none-match": '"1"' });
  });

  describe("follows redirects", () => {
    for (const [from, to] of [
      ["http://a.example/a.crl", "http://a.example/end"],
      ["http://a.example/a.crl", "/end"],
      ["http://a.example/a.crl", "//a.example/end#part"],
      ["http://a.example/a.crl", "https://a.example/end"],
      ["https://a.example/a.crl", "https://x.b.example/end"],
    ] as const) {
      it(`from ${from} to ${to}`, async () => {
        const { result, asked } = await redirected(from, to);
        expect(result).to.deep.include({ outcome: "fetched", value: Buffer.from("end") });
        expect(asked).to.have.length(2);
      });
    }

    for (const [to, problem] of [
      [
        "http://169.254.169.254/",
        "redirects to 169.254.169.254, which is not among the hosts allowed",
      ],
      ["http://[::ffff:a9fe:a9fe]/", "redirects to [::ffff:a9fe:a9fe], which is not among"],
      ["http://2130706433/", "redirects to 127.0.0.1, which is not among the hosts allowed"],
      ["http://localhost/", "redirects to localhost, which is not among the hosts allowed"],
      ["http://a.example:22/", "redirects to a.example:22, which is not among the hosts allowed"],
      ["http://evil.example\\@a.example/", "redirects to evil.example, which is not among"],
      [
        "http://x:secret@a.example/",
        "redirects to a.example, which is addressed with a user's name",
      ],
      ["file:///etc/passwd", "redirects to file:, which is neither http nor https"],
      ["ftp://a.example/", "redirects to a.example, which is neither http nor https"],
      ["data:,hello", "redirects to data:, which is neither http nor https"],
      ["http://", "redirects to no URL"],
      [undefined, "redirects to no URL"],
      ["http://a.example/a.crl", "redirects in a circle"],
      ["#again", "redirects in a circle"],
    ] as const) {
      it(`but not to ${to}`, async () => {
        const { result, asked } = await redirected("http://a.example/a.crl", to);
        expect(result).to.have.property("problem").that.contains(`a.example ${problem}`);
        expect(asked).to.have.length(1);
      });
    }

    it("but not from https to http", async () => {
      const { result } = await redirected("https://a.example/", "http://a.example/end");
      const problem = "a.example redirects from https to http";
      expect(result).to.deep.equal({ outcome: "failed", problem });
    });

    it("but not where a POST would become a GET", async () => {
      const post = { method: "POST", body: Buffer.from("a") } as const;
      const { result } = await redirected("http://a.example/", "/end", post);
      const problem = "a.example redirects a POST with status 302";
      expect(result).to.deep.equal({ outcome: "failed", problem });
    });

    for (const status of [307, 308]) {
      it(`with a POST, too, when the status is ${status}`, async () => {
        const { fetcher, asked } = table({
          "http://a.example/": { status, headers: { location: "/end" } },
          "http://a.example/end": { body: pieces("end") },
        });
        const body = Buffer.from("a");
        const result = await get(fetcher, { url: "http://a.example/", method: "POST", body });
        expect(result).to.include({ outcome: "fetched" });
        expect(asked[1]).to.include({ method: "POST", body });
      });
    }

    it("but not in a circle of several", async () => {
      const { fetcher, asked } = table({
        "http://a.example/1": { status: 301, headers: { location: "/2" } },
        "http://a.example/2": { status: 303, headers: { location: "/1" } },
      });
      expect(await get(fetcher, { url: "http://a.example/1" })).to.deep.equal({
        outcome: "failed",
        problem: "a.example redirects in a circle",
      });
      expect(asked).to.have.length(2);
    });

    it("but not for ever", async () => {
      let asked = 0;
      const fetcher: Fetcher = () =>
        Promise.resolve({ status: 302, headers: { location: `/${++asked}` }, body: pieces() });
      const problem = "a.example redirects, after 3 redirects";
      expect(await get(fetcher)).to.deep.equal({ outcome: "failed", problem });
      expect(asked).to.equal(4);
      asked = 0;
      expect(await get(fetcher, { maxRedirects: 0 })).to.include({ outcome: "failed" });
      expect(asked).to.equal(1);
    });
  });
});

describe("fetchLimited", () => {
  const late = { outcome: "failed", problem: "a.example did not answer within 1000 ms" };

  it("ends in time, though the fetcher never answers and minds no signal", async () => {
    const timers = handTimers();
    const result = fetchBytes(surroundings(never, timers), usual);
    expect([...timers.tasks.values()]).to.deep.equal([1_000]);
    timers.ring();
    expect(await result).to.deep.equal(late);
    expect(timers.tasks.size).to.equal(0);
  });

  it("ends in time, though the body never ends", async () => {
    const timers = handTimers();
    async function* trickle() {
      yield* pieces("a");
      timers.ring();
      await never();
    }
    const { fetcher } = table({ [usual.url]: { body: trickle() } });
    expect(await fetchBytes(surroundings(fetcher, timers), usual)).to.deep.equal(late);
  });

  it("counts the time of redirects", async () => {
    const timers = handTimers();
    const fetcher: Fetcher = () => {
      timers.ring();
      return Promise.resolve({ status: 302, headers: { location: "/next" }, body: pieces() });
    };
    expect(await fetchBytes(surroundings(fetcher, timers), usual)).to.deep.equal(late);
  });

  it("counts the time that the reader takes between two pieces", async () => {
    const timers = handTimers();
    const { fetcher } = table({ [usual.url]: { body: pieces("a", "b") } });
    const result = await fetchLimited(surroundings(fetcher, timers), usual, async (body) => {
      for await (const piece of body) {
        expect(piece).to.deep.equal(Buffer.from("a"));
        timers.ring();
      }
    });
    expect(result).to.deep.equal(late);
  });

  it("gives up when it is told to, before or while it asks", async () => {
    const givenUp = { outcome: "failed", problem: "a.example was not waited for" };
    const { fetcher, asked } = table({});
    expect(await get(fetcher, { signal: AbortSignal.abort() })).to.deep.equal(givenUp);
    expect(asked).to.be.empty;
    const controller = new AbortController();
    const result = get(never, { signal: controller.signal });
    controller.abort();
    expect(await result).to.deep.equal(givenUp);
  });

  it("lets go of the exchange whatever comes of it, and leaves no timer", async () => {
    for (const answer of [
      { body: pieces("a") },
      { body: pieces("more than ten bytes") },
      { status: 404 },
      { status: 302, headers: { location: "http://evil.example/" } },
    ]) {
      const timers = handTimers();
      const { fetcher, asked } = table({ [usual.url]: answer });
      await fetchBytes(surroundings(fetcher, timers), usual);
      expect(asked[0]?.signal.aborted).to.equal(true);
      expect(timers.tasks.size).to.equal(0);
    }
  });

  it("lets go at once when the reader has enough", async () => {
    const { fetcher, asked } = table({ [usual.url]: { body: pieces("a", "b") } });
    const result = await fetchLimited(surroundings(fetcher), usual, async (body) => {
      for await (const piece of body) {
        expect(piece).to.have.length(1);
        break;
      }
      return asked[0]?.signal.aborted;
    });
    expect(result).to.deep.include({ outcome: "fetched", value: true });
  });

  it("fails when the body breaks off, though the reader is content with a part", async () => {
    async function* broken() {
      yield* pieces("a");
      throw Object.assign(new Error("aborted"), { code: "ECONNRESET" });
    }
    const { fetcher } = table({ [usual.url]: { body: broken() } });
    const result = await fetchLimited(surroundings(fetcher), usual, async (body) => {
      try {
        for await (const piece of body) expect(piece).to.have.length(1);
      } catch {
        return "half a list";
      }
      return "a list";
    });
    expect(result).to.deep.equal({ outcome: "failed", problem: "a.example hung up" });
  });

  it("passes on what the reader throws", async () => {
    const { fetcher, asked } = table({ [usual.url]: { body: pieces("a") } });
    const bug = new TypeError("a bug");
    let caught: unknown;
    try {
      await fetchLimited(surroundings(fetcher), usual, () => Promise.reject(bug));
    } catch (error) {
      caught = error;
    }
    expect(caught).to.equal(bug);
    expect(asked[0]?.signal.aborted).to.equal(true);
  });

  it("asks nobody whom the policy turns away only at the second look", async () => {
    let looks = 0;
    const changing: AddressPolicy = {
      ...policy,
      problemOf: () => (looks++ === 0 ? undefined : "is not among the hosts allowed"),
    };
    const { result, asked } = await redirected("http://a.example/", "/end", { policy: changing });
    expect(result).to.include({ outcome: "failed" });
    expect(asked).to.have.length(1);
  });
});
