import { callGuarded } from "./failed-callback.ts";
import type { Notices } from "./notices.ts";

/** Counts things, for a monitoring system: `prom-client` and OpenTelemetry fit behind it in a few lines. */
export interface Metrics {
  /** Adds one to a counter. The labels of a name are always the same, and their values few. */
  count(name: MetricName, labels: Readonly<Record<string, string>>): unknown;
}

/** Every counter, with its labels. */
export type MetricName =
  /** Revocation data: lists loaded or rejected, sources that failed, statuses forgiven; label `type`: that of the event. */
  | "mtls_shield_revocation_events_total"
  /** Reloads; labels `subject` and `outcome`: those of the event. */
  | "mtls_shield_reloads_total"
  /** Connections that were ended before any request was judged; label `bound`: the option that did not allow it. */
  | "mtls_shield_connections_refused_total";

/** Counts, where somebody wants to know; never throws. */
export type CountMetric = (name: MetricName, labels: Readonly<Record<string, string>>) => void;

/** One that fails changes nothing, and is reported once. */
export function createCounter(metrics: Metrics | undefined, notices: Notices): CountMetric {
  return (name, labels) => {
    if (metrics === undefined) return;
    callGuarded(notices, "metrics", () => metrics.count(name, labels));
  };
}
