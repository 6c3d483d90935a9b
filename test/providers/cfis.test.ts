import { describeProvider } from "../support/describe-provider.ts";

describeProvider("cfis", {
  required: { apiBaseUrl: "https://a.example" },
  defaults: {},
  optional: { probePath: "/validate" },
  secret: { required: { apiKey: "k" }, optional: { expiresAt: "2027-01-01T00:00:00Z" } },
  policies: [[{}, { renewal: "on-rotation", recheckMs: 5000 }]],
  presentations: [[{}, { headerName: "X-Api-Key", scheme: null }]],
});
