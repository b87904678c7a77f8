/** The sub accounts of the demo world: who they are, when they came, and what happens to them. */

/** A type alias, not an interface: it goes out as a JSON object. */
export type DemoPlan = {
  readonly type: string;
  readonly hosts: number;
};

/** Something that happens to an account, so many days after it was made. */
export type DemoEvent =
  | {
      readonly day: number;
      readonly do: "subscribe";
      readonly body: Readonly<Record<string, unknown>>;
    }
  | { readonly day: number; readonly do: "addon"; readonly body: Readonly<Record<string, unknown>> }
  | { readonly day: number; readonly do: "changeBase"; readonly body: DemoPlan }
  | { readonly day: number; readonly do: "changeAddon"; readonly body: DemoPlan }
  | {
      readonly day: number;
      readonly do: "cancelAddon";
      readonly type: string;
      readonly reason: number;
    }
  | { readonly day: number; readonly do: "cancelBase"; readonly reason: number }
  | {
      readonly day: number;
      readonly do: "usage";
      readonly hosts: Readonly<Record<string, number>>;
      readonly recordingGb: number;
    };

export interface DemoAccount {
  readonly name: string;
  readonly owner: readonly [first: string, last: string];
  readonly city: string;
  readonly country: string;
  readonly state: string;
  /** Days before today on which the account is made. */
  readonly daysAgo: number;
  readonly payMode?: "sub";
  /** Its invoices of the last months stay unpaid. */
  readonly paysLate?: true;
  readonly vip?: true;
  readonly events: readonly DemoEvent[];
}

const base = (type: string, hosts: number) => ({ plan_base: { type, hosts } });

const subscribe = (
  type: string,
  hosts: number,
  addons: Readonly<Record<string, unknown>> = {},
  day = 0,
): DemoEvent => ({ day, do: "subscribe", body: { ...base(type, hosts), ...addons } });

const usage = (
  day: number,
  hosts: Readonly<Record<string, number>>,
  recordingGb = 0,
): DemoEvent => ({ day, do: "usage", hosts, recordingGb });

const US = (city: string, state: string) => ({ city, country: "US", state });
/** Outside the United States and Canada any region will do; the city stands in for it. */
const abroad = (city: string, country: string) => ({ city, country, state: city });

/** Thirty accounts in every state that the API can show. */
export const demoAccounts: readonly DemoAccount[] = [
  {
    name: "Alder & Finch Architects",
    owner: ["Nora", "Alder"],
    ...US("Portland", "OR"),
    daysAgo: 415,
    events: [subscribe("monthly", 4), usage(20, { monthly: 3 }), usage(200, { monthly: 4 })],
  },
  {
    name: "Baltic Freight Forwarding",
    owner: ["Jonas", "Kairys"],
    ...abroad("Vilnius", "LT"),
    daysAgo: 410,
    events: [
      subscribe("business_yearly", 24, { plan_webinar: [{ type: "webinar500_yearly", hosts: 2 }] }),
      usage(30, { business_yearly: 17, webinar500_yearly: 1 }),
      { day: 120, do: "changeBase", body: { type: "business_yearly", hosts: 30 } },
    ],
  },
  {
    name: "Cedar Valley School District",
    owner: ["Denise", "Okafor"],
    ...US("Cedar Falls", "IA"),
    daysAgo: 400,
    events: [
      subscribe("edu20", 60, { plan_large_meeting: [{ type: "large500_yearly", hosts: 4 }] }),
      usage(15, { edu20: 51, large500_yearly: 2 }),
    ],
  },
  {
    name: "Dormouse Podcasts",
    owner: ["Pia", "Lindqvist"],
    ...abroad("Malmö", "SE"),
    daysAgo: 390,
    events: [
      subscribe("monthly", 2, { plan_recording: "cmr_monthly_commitment_40" }),
      usage(40, { monthly: 2 }, 96),
      usage(150, { monthly: 2 }, 131.5),
      usage(340, { monthly: 2 }, 148.2),
    ],
  },
  {
    name: "Elmwood Dental Group",
    owner: ["Ravi", "Menon"],
    ...US("Columbus", "OH"),
    daysAgo: 380,
    events: [
      subscribe("monthly", 6),
      usage(30, { monthly: 5 }),
      { day: 95, do: "changeBase", body: { type: "monthly", hosts: 9 } },
      { day: 210, do: "changeBase", body: { type: "monthly", hosts: 7 } },
    ],
  },
  {
    name: "Fjord Analytics",
    owner: ["Ingrid", "Solheim"],
    ...abroad("Bergen", "NO"),
    daysAgo: 372,
    events: [
      subscribe("business_monthly", 15),
      usage(25, { business_monthly: 12 }),
      { day: 160, do: "changeBase", body: { type: "business_yearly", hosts: 18 } },
      usage(170, { business_yearly: 16 }),
    ],
  },
  {
    name: "Granite Peak Outfitters",
    owner: ["Sam", "Whitehorse"],
    ...US("Bozeman", "MT"),
    daysAgo: 365,
    paysLate: true,
    events: [subscribe("monthly", 5), usage(60, { monthly: 2 })],
  },
  {
    name: "Harbor Light Theatre",
    owner: ["Colm", "Brennan"],
    ...abroad("Cork", "IE"),
    daysAgo: 350,
    events: [
      subscribe("yearly", 3, { plan_webinar: [{ type: "webinar1000_monthly", hosts: 1 }] }),
      usage(20, { yearly: 3, webinar1000_monthly: 1 }),
      { day: 250, do: "cancelAddon", type: "webinar1000_monthly", reason: 6 },
    ],
  },
  {
    name: "Ironbark Engineering",
    owner: ["Leah", "Nguyen"],
    ...abroad("Perth", "AU"),
    daysAgo: 340,
    events: [
      subscribe("business_monthly", 20, {
        plan_phone: {
          plan_base: { type: "phone_monthly_prepay_usage", callout_countries: "AU,NZ" },
          plan_calling: [{ type: "phone_calling_aunz_monthly_metered", hosts: 12 }],
        },
      }),
      usage(45, { business_monthly: 14 }),
    ],
  },
  {
    name: "Juniper Legal",
    owner: ["Amara", "Cole"],
    ...US("Atlanta", "GA"),
    daysAgo: 330,
    paysLate: true,
    events: [
      subscribe("business_monthly", 12, { plan_zoom_rooms: { type: "zroom_monthly", hosts: 3 } }),
      usage(30, { business_monthly: 12, zroom_monthly: 2 }),
    ],
  },
  {
    name: "Kestrel Drones",
    owner: ["Yuki", "Tanabe"],
    ...abroad("Sapporo", "JP"),
    daysAgo: 320,
    events: [
      subscribe("monthly", 8),
      usage(20, { monthly: 8 }),
      { day: 140, do: "changeBase", body: { type: "business_monthly", hosts: 12 } },
      usage(141, { business_monthly: 9 }),
    ],
  },
  {
    name: "Lumen Optics",
    owner: ["Étienne", "Moreau"],
    ...abroad("Lyon", "FR"),
    daysAgo: 300,
    events: [
      subscribe("business_yearly", 10),
      usage(10, { business_yearly: 4 }),
      { day: 200, do: "cancelBase", reason: 4 },
    ],
  },
  {
    name: "Marigold Catering",
    owner: ["Beth", "Hollis"],
    ...US("Savannah", "GA"),
    daysAgo: 290,
    events: [
      subscribe("monthly", 1),
      usage(5, { monthly: 1 }),
      { day: 180, do: "cancelBase", reason: 6 },
    ],
  },
  {
    name: "Northwind Training",
    owner: ["Oskar", "Berg"],
    ...abroad("Tampere", "FI"),
    daysAgo: 280,
    events: [
      subscribe("business_monthly", 30, {
        plan_webinar: [
          { type: "webinar500_monthly", hosts: 3 },
          { type: "webinar3000_monthly", hosts: 1 },
        ],
        plan_large_meeting: [{ type: "large1000_monthly", hosts: 2 }],
      }),
      usage(30, { business_monthly: 27, webinar500_monthly: 3, large1000_monthly: 1 }),
    ],
  },
  {
    name: "Orchard Street Clinic",
    owner: ["Priya", "Raman"],
    ...US("Denver", "CO"),
    daysAgo: 260,
    events: [
      subscribe("monthly", 3, { plan_recording: "cmr_monthly_commitment_10" }),
      usage(50, { monthly: 3 }, 12),
      usage(230, { monthly: 3 }, 29.4),
    ],
  },
  {
    name: "Pinecone Robotics",
    owner: ["Theo", "Vance"],
    ...US("Ann Arbor", "MI"),
    daysAgo: 240,
    events: [
      subscribe("monthly", 5),
      usage(10, { monthly: 5 }, 4.2),
      usage(100, { monthly: 5 }, 11.7),
      usage(225, { monthly: 5 }, 18.9),
    ],
  },
  {
    name: "Quarry Lane Realty",
    owner: ["Gwen", "Ashby"],
    ...US("Tulsa", "OK"),
    daysAgo: 220,
    events: [
      subscribe("business_monthly", 14),
      usage(30, { business_monthly: 8 }),
      { day: 208, do: "changeBase", body: { type: "business_monthly", hosts: 10 } },
    ],
  },
  {
    name: "Rosewater Media",
    owner: ["Farah", "Aziz"],
    ...abroad("Dubai", "AE"),
    daysAgo: 200,
    events: [
      subscribe("business_monthly", 11, {
        plan_room_connector: { type: "roomconnector_monthly", hosts: 2 },
      }),
      usage(12, { business_monthly: 11, roomconnector_monthly: 1 }),
      { day: 190, do: "cancelAddon", type: "roomconnector_monthly", reason: 5 },
    ],
  },
  {
    name: "Saltmarsh Surveying",
    owner: ["Huw", "Pritchard"],
    ...abroad("Swansea", "GB"),
    daysAgo: 180,
    paysLate: true,
    events: [subscribe("monthly", 2), usage(30, { monthly: 2 })],
  },
  {
    name: "Thornbury College",
    owner: ["Maeve", "Kinsella"],
    ...abroad("Galway", "IE"),
    daysAgo: 170,
    vip: true,
    events: [subscribe("edu20", 40), usage(14, { edu20: 33 })],
  },
  {
    name: "Umber Ceramics",
    owner: ["Lucía", "Prieto"],
    ...abroad("Valencia", "ES"),
    daysAgo: 150,
    events: [
      subscribe("yearly", 2),
      usage(9, { yearly: 1 }),
      { day: 60, do: "changeBase", body: { type: "monthly", hosts: 2 } },
    ],
  },
  {
    name: "Violet Hill Records",
    owner: ["Marcus", "Deane"],
    ...US("Nashville", "TN"),
    daysAgo: 120,
    events: [
      subscribe("monthly", 4, {
        plan_audio: { type: "tollfree_monthly_commitment_100", tollfree_countries: "US" },
      }),
      usage(20, { monthly: 3 }),
    ],
  },
  {
    name: "Windrose Expeditions",
    owner: ["Aiko", "Sato"],
    ...US("Anchorage", "AK"),
    daysAgo: 90,
    events: [
      subscribe("trial", 10),
      subscribe("business_monthly", 10, {}, 21),
      usage(30, { business_monthly: 6 }),
    ],
  },
  {
    name: "Yarrow Herbals",
    owner: ["Tess", "Morley"],
    ...US("Asheville", "NC"),
    daysAgo: 60,
    events: [subscribe("trial", 3)],
  },
  {
    name: "Zephyr Cycling Club",
    owner: ["Bram", "de Wit"],
    ...abroad("Utrecht", "NL"),
    daysAgo: 12,
    events: [subscribe("trial", 5)],
  },
  {
    name: "Amber Lane Books",
    owner: ["Ivy", "Sorensen"],
    ...US("Madison", "WI"),
    daysAgo: 45,
    events: [],
  },
  {
    name: "Bluebell Nursery",
    owner: ["Kofi", "Mensah"],
    ...abroad("Accra", "GH"),
    daysAgo: 30,
    events: [],
  },
  {
    name: "Copperfield Logistics",
    owner: ["Dana", "Ruiz"],
    ...US("El Paso", "TX"),
    daysAgo: 8,
    events: [],
  },
  {
    name: "Driftwood Ventures",
    owner: ["Soren", "Holt"],
    ...US("Boston", "MA"),
    daysAgo: 140,
    payMode: "sub",
    events: [],
  },
  {
    name: "Evergreen Mutual",
    owner: ["Paula", "Novak"],
    ...abroad("Prague", "CZ"),
    daysAgo: 75,
    payMode: "sub",
    events: [],
  },
];
