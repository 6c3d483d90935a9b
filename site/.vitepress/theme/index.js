import DefaultTheme from "vitepress/theme";
import { DrawnDiagram } from "./drawn-diagram.js";
import "./theme.css";

export default {
  extends: DefaultTheme,
  enhanceApp: ({ app }) => app.component("DrawnDiagram", DrawnDiagram),
};
