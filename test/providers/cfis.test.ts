import { describeProvider } from "../support/describe-provider.ts";

describeProvider("cfis", {
  required: { apiBaseUrl: "https://a.example" },
  defaults: {},
  optional: { probePath: "/validate" },
  secret: { required: { apiKey: "k" }, optional: { expiresAt: "2027-01-01T00:00:00Z" } },
  policies: [
    [{}, { renewal: "on-rotation", recheckMs: 5000, hasProbe: false }],
    [{ probePath: "/validate" }, { renewal: "on-rotation", recheckMs: 5000, hasProbe: true }],
  ],
  presentations: [[{}, { headerName: "X-Api-Key", scheme: null }]],
});
