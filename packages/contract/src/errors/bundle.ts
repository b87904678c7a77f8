/**
 * Errors about bundles. Carrier partners sell them under codes that are not published; nobody can hold
 * one here, and a request that brings one is refused before anything else is said about it.
 */
import { badRequest, type ErrorDetails, underMultipleChoices } from "./define.js";

const CONFLICT = "There was a conflict in processing this request.";
const REFUSED_EARLIER: ErrorDetails = {
  source: ["OAD", "D26"],
  unreachable: "A plan_bundle in the request is refused before its plans are compared.",
};

/** Errors of POST plans about the bundle in the request. */
export const bundleRequestErrors = {
  bundleWithoutActiveHosts: underMultipleChoices("This bundle plan doesn’t support active host.", {
    unreachable: REFUSED_EARLIER.unreachable ?? "",
  }),
  baseAndBundle: badRequest(
    2100,
    "Can’t subscribe to base plan and bundle plan at the same time.",
    REFUSED_EARLIER,
  ),
  bundleNotAvailable: badRequest(2100, "Error getting bundle.", REFUSED_EARLIER),
  zoomRoomsInBundle: badRequest(
    2100,
    `${CONFLICT} Zoom Room plan {planCode} is already included in the bundle plan.`,
    REFUSED_EARLIER,
  ),
  roomConnectorInBundle: badRequest(
    2100,
    `${CONFLICT} Room Connector plan {planCode} is already included in the bundle plan.`,
    REFUSED_EARLIER,
  ),
  largeMeetingInBundle: badRequest(
    2100,
    `${CONFLICT} Large meeting plan {planCode} is already included in bundle plan.`,
    REFUSED_EARLIER,
  ),
  webinarInBundle: badRequest(
    2100,
    `${CONFLICT} Webinar plan {planCode} is already included in the bundle plan.`,
    REFUSED_EARLIER,
  ),
  recordingConflictsWithBundle: badRequest(
    2100,
    "Recording plan {planCode} conflict with bundle plan.",
    REFUSED_EARLIER,
  ),
  audioConflictsWithBundle: badRequest(
    2100,
    "Audio conferencing plan {planCode} conflict with bundle plan.",
    REFUSED_EARLIER,
  ),
} as const;
