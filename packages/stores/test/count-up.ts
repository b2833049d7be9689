// A process of its own for `file-store.test.ts`: adds one, so many times, to a number that others add to as well.
import { incrementInStore } from "@mtls-shield/testkit";

import { createFileStore } from "../src/file-store.ts";

const [folder = "", times] = process.argv.slice(2);
await incrementInStore(createFileStore({ folder }), "number", Number(times));
