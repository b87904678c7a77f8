import { Badge, createTheme, type MantineColorsTuple, Modal } from "@mantine/core";

const fern: MantineColorsTuple = [
  "#eaf7f2",
  "#d5ece3",
  "#a9d9c6",
  "#7ac5a8",
  "#53b58e",
  "#3aaa7e",
  "#2b8f69",
  "#1f7a59",
  "#14654a",
  "#06513a",
];

export const theme = createTheme({
  primaryColor: "fern",
  // The shade carries white text, and text on white, with a contrast of at least 4.5.
  primaryShade: { light: 7, dark: 7 },
  colors: { fern },
  fontFamily: 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  headings: { fontWeight: "650" },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    // What it says is never cut off.
    Badge: Badge.extend({ defaultProps: { miw: "max-content" } }),
    Modal: Modal.extend({
      defaultProps: { closeButtonProps: { "aria-label": "Close" } },
      styles: { title: { fontWeight: 650 } },
    }),
  },
});
