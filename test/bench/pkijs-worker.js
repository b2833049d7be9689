// Judges one chain with pkijs and says how many milliseconds that took.
import { parentPort, workerData } from "node:worker_threads";
import * as pkijs from "pkijs";

const parse = (der) => pkijs.Certificate.fromBER(der);
const { leaf, intermediates, root } = workerData;

const start = process.hrtime.bigint();
const engine = new pkijs.CertificateChainValidationEngine({
  trustedCerts: [parse(root)],
  certs: [...intermediates.map(parse), parse(leaf)],
});
await engine.verify();
parentPort.postMessage(Number(process.hrtime.bigint() - start) / 1e6);
