// What proves who somebody is: texts that this tenant sealed and nobody else can make, and signatures of people's own devices.

export interface Proofs {
  /** The text, sealed: readable, not to be forged. */
  seal(text: string): string;
  /** The text that was sealed here; undefined for everything else. */
  open(sealed: string): string | undefined;
  /** Does the Ed25519 signature (base64url) of the text hold under the public key (base64url of 32 bytes)? */
  verify(publicKey: string, text: string, signature: string): boolean;
}
