/** The version of the OpenAPI document, by which a client finds out which generation a service speaks. */
import { WIRE_PROFILES, type WireProfile } from "../operation.js";

export function documentVersion(profile: WireProfile): string {
  return `2.0.0-profile.${profile}`;
}

/** @returns undefined when the document is another service's, or does not say */
export function profileOfDocument(document: unknown): WireProfile | undefined {
  const version = (document as { info?: { version?: unknown } } | null | undefined)?.info?.version;
  return WIRE_PROFILES.find((profile) => version === documentVersion(profile));
}
