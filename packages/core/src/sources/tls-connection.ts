import type { X509Certificate } from "node:crypto";
import { equalBytes, sha256, toHex } from "../base/bytes.ts";
import { mostCertificates, type Limits } from "../base/limits.ts";
import { reason } from "../reasons/reason.ts";
import type { ReasonCode } from "../reasons/reasons.ts";
import { parseCertificate, type Certificate } from "../x509/certificate.ts";
import type { Presentation } from "./presentation.ts";

/** The parts of `tls.TLSSocket` that are read. A plain socket has none of them. */
export interface TlsPeer {
  readonly encrypted?: unknown;
  readonly authorized?: boolean;
  readonly server?: object;
  getPeerX509Certificate?(): X509Certificate | undefined;
  isSessionReused?(): boolean;
  getProtocol?(): string | null;
}

/** The certificates of one handshake as bytes. */
interface Reading {
  readonly certificates: readonly Buffer[];
  readonly mayBeIncomplete: boolean;
}

/** Where a socket keeps its connection: an HTTP/2 session shows the properties of its socket, and not the socket. */
const mark = Symbol("connection");

interface MarkedPeer extends TlsPeer {
  [mark]?: TlsConnection;
}

/** More than any limit allows: enough to tell that there are too many. */
const maximumRead = mostCertificates + 1;

/**
 * One connection, as far as its certificates go. Node shows a chain only once (reading consumes it), so it is read as
 * soon as somebody asks and kept here for every shield of the process.
 */
export class TlsConnection {
  readonly socket: TlsPeer;
  /** Set where the client may change its certificate in mid-connection. */
  readonly #mayRenegotiate: boolean;
  #reading: Reading | undefined;
  #presentation: Presentation | undefined;
  #limits: Limits | undefined;
  /** Rises when a renegotiation brought another certificate. */
  #generation = 0;

  private constructor(socket: TlsPeer) {
    this.socket = socket;
    this.#mayRenegotiate = mayRenegotiate(socket);
  }

  static readonly #known = new WeakMap<object, TlsConnection>();

  /**
   * The connection of a socket; `key` is the object that lives as long as it does (the socket, or an HTTP/2 session, whose
   * `socket` is another object for the same one).
   */
  static of(key: object, socket: TlsPeer): TlsConnection {
    let connection = TlsConnection.#known.get(key);
    if (connection === undefined) {
      connection = (socket as MarkedPeer)[mark] ?? new TlsConnection(socket);
      TlsConnection.#known.set(key, connection);
      if (key === socket) (socket as MarkedPeer)[mark] = connection;
    }
    return connection;
  }

  get isEncrypted(): boolean {
    return this.socket.encrypted === true && this.socket.getPeerX509Certificate !== undefined;
  }

  /**
   * Changes when what the client presents has changed. On TLS 1.2 without a ban on renegotiation the leaf is compared at
   * each call (RFC 5246 7.4.1.1); elsewhere it cannot change.
   */
  get generation(): number {
    if (this.#mayRenegotiate && this.#reading !== undefined)
      this.#noticeRenegotiation(this.#reading);
    return this.#generation;
  }

  /** Reads the chain now, before anybody else does. */
  capture(): void {
    this.#read();
  }

  /** What the client presented, parsed once. */
  present(limits: Limits): Presentation {
    if (this.#presentation === undefined || this.#limits !== limits) {
      this.#presentation = this.#parse(limits);
      this.#limits = limits;
    }
    return this.#presentation;
  }

  #read(): Reading {
    return (this.#reading ??= readCertificates(this.socket));
  }

  #noticeRenegotiation(reading: Reading): void {
    const current = this.socket.getPeerX509Certificate?.()?.raw;
    const known = reading.certificates[0];
    const isSame =
      current === undefined || known === undefined ? current === known : equalBytes(current, known);
    if (isSame) return;
    this.#reading = undefined;
    this.#presentation = undefined;
    this.#generation++;
  }

  #parse(limits: Limits): Presentation {
    if (!this.isEncrypted) return absent("tls-required");
    const { certificates, mayBeIncomplete } = this.#read();
    const [first] = certificates;
    if (first === undefined)
      return absent(
        asksForCertificate(this.socket) ? "certificate-missing" : "certificate-not-requested",
      );
    if (certificates.length > limits.certificates) return absent("too-many-certificates");
    if (certificates.some((der) => der.length > limits.certificateBytes))
      return absent("certificate-too-large");
    const parsed: Certificate[] = [];
    for (const [certificateIndex, der] of certificates.entries()) {
      const certificate = parseCertificate(der);
      if (typeof certificate === "string") {
        const details = { problem: certificate };
        return {
          outcome: "absent",
          reason: reason("certificate-malformed", { certificateIndex, details }),
        };
      }
      parsed.push(certificate);
    }
    const [client, ...intermediates] = parsed as [Certificate, ...Certificate[]];
    return {
      outcome: "presented",
      chain: {
        client,
        intermediates,
        fingerprint: toHex(sha256(...certificates)),
        mayBeIncomplete,
      },
    };
  }
}

function absent(code: ReasonCode): Presentation {
  return { outcome: "absent", reason: reason(code) };
}

function readCertificates(socket: TlsPeer): Reading {
  const certificates: Buffer[] = [];
  for (
    let certificate = socket.getPeerX509Certificate?.();
    certificate !== undefined && certificates.length < maximumRead;
    certificate = certificate.issuerCertificate
  ) {
    certificates.push(certificate.raw);
  }
  // A resumed session never shows intermediates, and Node 24.21 and 26.8 show none at all (nodejs/node#65579);
  // there OpenSSL's verdict tells that it saw more than it shows.
  const mayBeIncomplete =
    certificates.length === 1 &&
    (socket.isSessionReused?.() === true || socket.authorized === true);
  return { certificates, mayBeIncomplete };
}

/** `SSL_OP_NO_RENEGOTIATION`, as OpenSSL numbers it; Node keeps the server's options where they can be read. */
function mayRenegotiate(socket: TlsPeer): boolean {
  const noRenegotiation = 0x40000000;
  if (socket.getProtocol?.() === "TLSv1.3") return false;
  const options = (socket.server as { readonly secureOptions?: unknown } | undefined)
    ?.secureOptions;
  return typeof options !== "number" || (options & noRenegotiation) === 0;
}

function asksForCertificate({ server }: TlsPeer): boolean {
  return (server as { readonly requestCert?: unknown } | undefined)?.requestCert !== false;
}
