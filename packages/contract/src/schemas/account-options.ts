/** Options of a sub account, in POST accounts and PATCH options. */
import Type from "typebox";
import { TEXT_LENGTH } from "./contact.js";

/** The published maximum of the lists that 2026 adds; assumed for the older two. */
const MAX_CONNECTORS = 999;

const flag = (description: string) => Type.Optional(Type.Boolean({ description }));
const connectors = (description: string) =>
  Type.Optional(
    Type.Array(Type.String({ maxLength: TEXT_LENGTH }), { maxItems: MAX_CONNECTORS, description }),
  );

const members = {
  share_rc: flag("The sub account may use the master's Room Connectors. Default: false."),
  room_connector_list: connectors("Addresses of the shared Room Connectors. Default: all."),
  share_mc: flag("The sub account may use the master's Meeting Connectors. Default: false."),
  meeting_connector_list: connectors("Addresses of the shared Meeting Connectors. Default: all."),
  pay_mode: Type.Optional(
    Type.Enum(["master", "sub"], {
      description: "Who pays for the sub account: the master (default) or the sub account itself.",
    }),
  ),
  billing_auto_renew: flag("Plans renew by themselves at the end of their period."),
};

const members2026 = {
  ...members,
  resource_meeting_hybrid_list: connectors("Ids of the shared Meetings Hybrid modules."),
  resource_meeting_connector_list: connectors("Ids of the shared Meeting Connector modules."),
  resource_share_mc: flag("Meeting Connector modules are shared."),
  resource_share_mh: flag("Meetings Hybrid modules are shared."),
};

const closed = { additionalProperties: false } as const;

/** In requests: only members of the generation. */
export const accountOptionsRequest = {
  "2021": Type.Object(members, closed),
  "2026": Type.Object(members2026, closed),
};

/** In answers. */
export const accountOptionsAnswer = {
  "2021": Type.Object(members),
  "2026": Type.Object(members2026),
};
