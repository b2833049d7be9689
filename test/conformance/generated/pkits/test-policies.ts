/** NIST-test-policy-1 and so on. */
export const p1 = "2.16.840.1.101.3.2.1.48.1";
export const p2 = "2.16.840.1.101.3.2.1.48.2";
export const p3 = "2.16.840.1.101.3.2.1.48.3";
export const p4 = "2.16.840.1.101.3.2.1.48.4";
export const p5 = "2.16.840.1.101.3.2.1.48.5";
export const p6 = "2.16.840.1.101.3.2.1.48.6";

export const anyPolicy = "2.5.29.32.0";
