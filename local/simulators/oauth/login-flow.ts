import type { SimulatedReply } from "../kit/reply.ts";
import { textReply } from "../kit/reply.ts";
import type { SimulatedRequest } from "../kit/request.ts";
import { formOf } from "../kit/request.ts";
import type { SimulatedRoute } from "../kit/route.ts";
import type { SimulatorContext } from "../kit/simulator-context.ts";
import type { ScopeChoice } from "./login-pages.ts";
import { consentPage, customerPage, loginPage, noticePage } from "./login-pages.ts";
import type { SimulatedUser } from "./users.ts";
import { findUser } from "./users.ts";

/** What a person decided in front of the consent page. */
export interface ConsentDecision {
  readonly user: SimulatedUser;
  readonly customer?: string;
  /** At least one; a person who allows nothing has denied. */
  readonly scopes: readonly string[];
}

/** Why a browser was sent to the login page, and what becomes of the answer. */
export interface LoginRequest {
  readonly clientName: string;
  readonly choices: readonly ScopeChoice[];
  readonly loginHint?: string;
  allow(decision: ConsentDecision): SimulatedReply;
  deny(): SimulatedReply;
}

export interface LoginFlowOptions {
  readonly provider: string;
  readonly users: readonly SimulatedUser[];
  readonly choosesCustomer: boolean;
  /** The person takes all scopes or leaves them. */
  readonly isAllOrNothing: boolean;
}

/** Login, choice of a customer and consent, one page each; works without scripts. */
export interface LoginFlow {
  /** Returns the path of its first page. */
  start(errand: LoginRequest): string;
  /** Routes for faults: "sign-in", "customer", "consent", and "-page" after each for the page alone. */
  readonly routes: readonly SimulatedRoute[];
}

interface LoginSession {
  readonly request: LoginRequest;
  user?: SimulatedUser;
  customer?: string;
  reply?: SimulatedReply;
}

export function createLoginFlow(world: SimulatorContext, options: LoginFlowOptions): LoginFlow {
  const { provider, users, choosesCustomer, isAllOrNothing } = options;
  const sessions = new Map<string, LoginSession>();

  function signIn(
    visit: LoginSession,
    form: URLSearchParams | undefined,
    id: string,
  ): SimulatedReply {
    const login = form?.get("login") ?? visit.request.loginHint ?? "";
    const person = findUser(users, login, form?.get("password") ?? "");
    if (person === undefined) {
      const { clientName } = visit.request;
      return loginPage({
        provider,
        clientName,
        login,
        hasFailed: form !== undefined,
        users: users,
      });
    }
    visit.user = person;
    return seeOther(choosesCustomer ? `/customer/${id}` : `/consent/${id}`);
  }

  function chooseCustomer(
    visit: LoginSession,
    form: URLSearchParams | undefined,
    id: string,
  ): SimulatedReply {
    if (visit.user === undefined) return seeOther(`/sign-in/${id}`);
    const customer = form?.get("customer") ?? "";
    if (!visit.user.customers.includes(customer)) return customerPage(visit.user);
    visit.customer = customer;
    return seeOther(`/consent/${id}`);
  }

  function consent(
    visit: LoginSession,
    form: URLSearchParams | undefined,
    id: string,
  ): SimulatedReply {
    const { user, customer, request } = visit;
    if (user === undefined) return seeOther(`/sign-in/${id}`);
    if (choosesCustomer && customer === undefined) return seeOther(`/customer/${id}`);
    const behalf = customer === undefined ? {} : { customer };
    const { clientName, choices } = request;
    switch (form?.get("decision")) {
      case "allow":
        visit.reply = finish(request, { user, scopes: selectedScopes(request, form), ...behalf });
        return visit.reply;
      case "deny":
        visit.reply = request.deny();
        return visit.reply;
      default:
        return consentPage({ clientName, user: user, choices, isAllOrNothing, ...behalf });
    }
  }

  function selectedScopes({ choices }: LoginRequest, form: URLSearchParams | undefined) {
    const asked = choices.map(({ scope }) => scope);
    const ticked = form?.getAll("scope") ?? [];
    return isAllOrNothing ? asked : asked.filter((scope) => ticked.includes(scope));
  }

  /** A page and the form on it: two routes, so that a fault can be for one of them. */
  function step(name: string, act: typeof consent): readonly SimulatedRoute[] {
    const path = new RegExp(`^/${name}/(?<visit>[^/]+)$`);
    const answer = (request: SimulatedRequest, form?: URLSearchParams): SimulatedReply => {
      const id = request.params["visit"] ?? "";
      const visit = sessions.get(id);
      if (visit === undefined) return unknownPage;
      return visit.reply ? repeatedAnswer(name, visit.reply, form) : act(visit, form, id);
    };
    return [
      { name: `${name}-page`, methods: ["GET"], path, handle: (request) => answer(request) },
      { name, methods: ["POST"], path, handle: (request) => answer(request, formOf(request)) },
    ];
  }

  return {
    start(errand) {
      const id = world.random(16).toString("base64url");
      sessions.set(id, { request: errand });
      return `/sign-in/${id}`;
    },
    routes: [
      ...step("sign-in", signIn),
      ...step("customer", chooseCustomer),
      ...step("consent", consent),
    ],
  };
}

/** A person who allows nothing has denied, unless nothing was asked. */
function finish(errand: LoginRequest, decision: ConsentDecision): SimulatedReply {
  const isNothing = decision.scopes.length === 0 && errand.choices.length > 0;
  return isNothing ? errand.deny() : errand.allow(decision);
}

/** A form that is sent twice gets its first answer again; a page that is gone back to says so. */
function repeatedAnswer(
  name: string,
  reply: SimulatedReply,
  form: URLSearchParams | undefined,
): SimulatedReply {
  return name === "consent" && form ? reply : answeredPage;
}

export function seeOther(location: string, status = 303): SimulatedReply {
  return textReply(status, "", { location, "cache-control": "no-store" });
}

const answeredPage = noticePage(
  410,
  "Already answered",
  "You have answered this request. Go back to the site that sent you here and begin again there.",
);

const unknownPage = noticePage(404, "Nothing here", "Go back to the site that sent you here.");
