/** Octets. RFC 5280 4.1.2.2 allows 20; longer ones are in use, and are printed, compared and hashed at every call. */
export const longestSerialNumber = 64;
