import { ConfigError } from "../base/config-error.ts";

/** With this setting Node believes every https server, and so would a process that asks one about revocations. */
export function refuseUnverifiedTls(
  env: Readonly<Record<string, string | undefined>> = process.env,
): void {
  if (env["NODE_TLS_REJECT_UNAUTHORIZED"] !== "0") return;
  throw new ConfigError(
    "NODE_TLS_REJECT_UNAUTHORIZED",
    "is 0, and this process asks others about revocations: whoever sits between them could answer",
    "Unset it, and name the authority of a private https server in NODE_EXTRA_CA_CERTS.",
  );
}
