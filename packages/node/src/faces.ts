import type { Face } from "./judge-request.ts";

/** Handlers by what they stand for: a server that is protected needs the shield itself, for what is no request yet. */
const faces = new WeakMap<object, Face>();

export function registerFace(handler: object, face: Face): void {
  faces.set(handler, face);
}

/** The handler of another framework stands for the same shield. */
export function shareFace(handler: object, other: object): void {
  const face = faces.get(other);
  if (face !== undefined) faces.set(handler, face);
}

/** Undefined for what no `mtls()` returned. */
export function faceOf(handler: unknown): Face | undefined {
  return typeof handler === "object" || typeof handler === "function"
    ? faces.get(handler as object)
    : undefined;
}
