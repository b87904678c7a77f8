/**
 * Starts the viewer of `/reference` on this server's OpenAPI document. Nothing that is entered is kept,
 * nothing is sent elsewhere, the fonts are the system's and the samples are the document's own.
 */

/** The viewer's colours, darkened or lightened until small text has a contrast of 4.5 to 1. */
const COLOURS = `
.light-mode {
  --scalar-color-2: #595959; --scalar-color-3: #666666; --scalar-sidebar-color-2: #595959;
  --scalar-color-blue: #00639f; --scalar-color-green: #046c4e; --scalar-color-yellow: #7a5300;
  --scalar-color-orange: #ad3800; --scalar-color-red: #b91c1c; --scalar-color-purple: #5b21b6;
}
.dark-mode { --scalar-color-3: #a0a0a0; --scalar-color-red: #ff7373; }
.sidebar-search-placeholder { color: var(--scalar-color-2); }
`;

Scalar.createApiReference("#reference", {
  url: "/openapi.json",
  slug: "api",
  metaData: { title: "Paymaster: API reference" },
  authentication: { preferredSecurityScheme: "bearer" },
  persistAuth: false,
  telemetry: false,
  withDefaultFonts: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  showDeveloperTools: "never",
  hideClientButton: true,
  hiddenClients: true,
  documentDownloadType: "none",
  customCss: COLOURS,
});

/** What the viewer leaves out for those who listen to a page instead of seeing it, or use no mouse. */
const MENDS = {
  "button[aria-selected]:not([role])": (button) => {
    button.toggleAttribute("aria-current", button.getAttribute("aria-selected") === "true");
    button.removeAttribute("aria-selected");
  },
  "button[role='search']": (button) => button.removeAttribute("role"),
  ".sidebar-search-placeholder[aria-hidden]": (word) => word.removeAttribute("aria-hidden"),
  ".show-more[aria-label]": (button) => button.removeAttribute("aria-label"),
  "ul.endpoints:not([tabindex])": (list) => list.setAttribute("tabindex", "0"),
  // Its word shows only after copying, and so it has no name before.
  "button[class*='/copy-button']:not([aria-label])": (button) =>
    button.setAttribute("aria-label", "Copy"),
};

function mend() {
  for (const [selector, change] of Object.entries(MENDS)) {
    for (const element of document.querySelectorAll(selector)) change(element);
  }
}

let isDue = false;
new MutationObserver(() => {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    mend();
  });
}).observe(document.body, { childList: true, subtree: true, attributeFilter: ["aria-selected"] });
