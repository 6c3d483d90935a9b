import http from "node:http";

/** An address that is never asked, because no host is left to it. */
const nobody = "http://127.0.0.1:9";

/**
 * Sends every request of this process directly, whatever proxies the environment names (`NODE_USE_ENV_PROXY`): all servers
 * are on this machine. Before Node.js 24 there is nothing to bypass. Node takes an environment without a proxy for no change, so a proxy is named, for no host.
 */
export function bypassProxies(): void {
  const proxies = { http_proxy: nobody, HTTP_PROXY: nobody, https_proxy: nobody };
  http.setGlobalProxyFromEnv?.({ ...proxies, HTTPS_PROXY: nobody, no_proxy: "*", NO_PROXY: "*" });
}
