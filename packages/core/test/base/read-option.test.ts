import { expect } from "chai";

import {
  checkFunction,
  checkList,
  checkMethod,
  readBoolean,
  readChoice,
  readObject,
} from "../../src/base/read-option.ts";
import { configErrorOf } from "../config-error-of.ts";

describe("readBoolean", () => {
  it("reads a boolean, or its default", () => {
    expect(readBoolean(undefined, true, "required")).to.equal(true);
    expect(readBoolean(false, true, "required")).to.equal(false);
    for (const value of [0, "false", null]) {
      expect(configErrorOf(() => readBoolean(value, true, "required")).option).to.equal("required");
    }
  });
});

describe("readChoice", () => {
  it("reads one of the words, or the default, which is the first unless another is named", () => {
    expect(readChoice("b", ["a", "b"], "mode")).to.equal("b");
    expect(readChoice(undefined, ["a", "b"], "mode")).to.equal("a");
    expect(readChoice(undefined, ["a", "b"], "mode", "b")).to.equal("b");
    expect(configErrorOf(() => readChoice("c", ["a", "b"], "mode")).message).to.contain(
      '"a" or "b"',
    );
  });
});

describe("checkFunction and checkList", () => {
  it("let pass what is left out, and what is one", () => {
    for (const value of [undefined, Date.now]) checkFunction(value, "clock");
    for (const value of [undefined, [], ["a"]]) checkList(value, "names");
  });

  for (const value of [null, false, 0, "", {}, "names"]) {
    it(`refuse ${JSON.stringify(value)}: a value that got lost would be a safeguard left out`, () => {
      const messageOf = (check: (value: unknown, option: string) => void) =>
        configErrorOf(() => {
          check(value, "x");
        }).message;
      expect(messageOf(checkFunction)).to.equal(
        "x: is not a function. Pass a function, or leave it out.",
      );
      expect(messageOf(checkList)).to.equal("x: is not a list. Pass a list, or leave it out.");
    });
  }
});

describe("checkMethod", () => {
  it("lets pass what is left out, and what has the method, also by its class", () => {
    class Counter {
      count() {
        return 0;
      }
    }
    for (const value of [undefined, new Counter(), { count: Date.now }]) {
      checkMethod(value, "metrics", "count");
    }
  });

  for (const value of [null, false, 0, "", "count", {}, { count: 1 }, Date.now]) {
    it(`refuses ${JSON.stringify(value)}`, () => {
      const error = configErrorOf(() => {
        checkMethod(value, "metrics", "count");
      });
      expect(error.message).to.equal(
        "metrics: has no method count. Pass an object with it, or leave it out.",
      );
    });
  }
});

describe("readObject", () => {
  class Options {
    readonly a = 1;
  }
  for (const [what, value] of Object.entries({
    "a promise": Promise.resolve({ a: 1 }),
    "a list": [],
    "a map": new Map([["a", 1]]),
    "a class instance": new Options(),
    "an object that inherits its options": Object.create({ a: 1 }) as object,
    null: null,
    "a string": "a",
  })) {
    it(`refuses ${what}, which would hide options or have none`, () => {
      const error = configErrorOf(() => readObject(value, ["a"], "", "{ a: 1 }"));
      expect(error.message).to.equal("options: is not an object. Write { a: 1 }.");
    });
  }

  it("takes plain objects, also of a module", () => {
    const bare = Object.assign(Object.create(null) as object, { a: 1 });
    for (const value of [{ a: 1 }, bare]) {
      expect(readObject(value, ["a"], "", "")).to.equal(value);
    }
  });
});
