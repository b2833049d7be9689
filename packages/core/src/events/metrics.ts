import type { RevocationEvent } from "../revocation/revocation-event.ts";

/** Counts things, for a monitoring system: `prom-client` and OpenTelemetry fit behind it in a few lines. */
export interface Metrics {
  /** Adds one to a counter. The labels of a name are always the same, and their values few. */
  count(name: MetricName, labels: Readonly<Record<string, string>>): unknown;
}

/** Every counter, with its labels. */
export type MetricName =
  /** Revocation data: lists loaded or rejected, sources that failed, statuses forgiven; label `type`: that of the event. */
  "mtls_shield_revocation_events_total";

/** Counts an event of revocation; what it returns may be a promise, which may reject. */
export function countRevocation(metrics: Metrics, { type }: RevocationEvent): unknown {
  return metrics.count("mtls_shield_revocation_events_total", { type });
}
