import type { Reply } from "../kit/reply.ts";
import { textReply } from "../kit/reply.ts";
import type { SimulatedRequest } from "../kit/request.ts";
import { formOf } from "../kit/request.ts";
import type { Route } from "../kit/route.ts";
import type { World } from "../kit/world.ts";
import type { ScopeChoice } from "./login-pages.ts";
import { consentPage, customerPage, loginPage, noticePage } from "./login-pages.ts";
import type { Person } from "./people.ts";
import { personWith } from "./people.ts";

/** What a person decided in front of the consent page. */
export interface Decision {
  readonly person: Person;
  readonly customer?: string;
  /** At least one; a person who allows nothing has denied. */
  readonly scopes: readonly string[];
}

/** Why a browser was sent to the login page, and what becomes of the answer. */
export interface Errand {
  readonly clientName: string;
  readonly choices: readonly ScopeChoice[];
  readonly loginHint?: string;
  allow(decision: Decision): Reply;
  deny(): Reply;
}

export interface CeremonyOptions {
  readonly provider: string;
  readonly people: readonly Person[];
  readonly choosesCustomer: boolean;
  /** The person takes all scopes or leaves them. */
  readonly isAllOrNothing: boolean;
}

/** Login, choice of a customer and consent, one page each; works without scripts. */
export interface Ceremony {
  /** Returns the path of its first page. */
  begin(errand: Errand): string;
  /** Routes for faults: "sign-in", "customer", "consent", and "-page" after each for the page alone. */
  readonly routes: readonly Route[];
}

interface Visit {
  readonly errand: Errand;
  person?: Person;
  customer?: string;
  reply?: Reply;
}

export function createCeremony(world: World, options: CeremonyOptions): Ceremony {
  const { provider, people, choosesCustomer, isAllOrNothing } = options;
  const visits = new Map<string, Visit>();

  function signIn(visit: Visit, form: URLSearchParams | undefined, id: string): Reply {
    const login = form?.get("login") ?? visit.errand.loginHint ?? "";
    const person = personWith(people, login, form?.get("password") ?? "");
    if (person === undefined) {
      const { clientName } = visit.errand;
      return loginPage({ provider, clientName, login, hasFailed: form !== undefined, people });
    }
    visit.person = person;
    return seeOther(choosesCustomer ? `/customer/${id}` : `/consent/${id}`);
  }

  function chooseCustomer(visit: Visit, form: URLSearchParams | undefined, id: string): Reply {
    if (visit.person === undefined) return seeOther(`/sign-in/${id}`);
    const customer = form?.get("customer") ?? "";
    if (!visit.person.customers.includes(customer)) return customerPage(visit.person);
    visit.customer = customer;
    return seeOther(`/consent/${id}`);
  }

  function consent(visit: Visit, form: URLSearchParams | undefined, id: string): Reply {
    const { person, customer, errand } = visit;
    if (person === undefined) return seeOther(`/sign-in/${id}`);
    if (choosesCustomer && customer === undefined) return seeOther(`/customer/${id}`);
    const behalf = customer === undefined ? {} : { customer };
    const { clientName, choices } = errand;
    switch (form?.get("decision")) {
      case "allow":
        visit.reply = allowed(errand, { person, scopes: scopesTicked(errand, form), ...behalf });
        return visit.reply;
      case "deny":
        visit.reply = errand.deny();
        return visit.reply;
      default:
        return consentPage({ clientName, person, choices, isAllOrNothing, ...behalf });
    }
  }

  function scopesTicked({ choices }: Errand, form: URLSearchParams | undefined) {
    const asked = choices.map(({ scope }) => scope);
    const ticked = form?.getAll("scope") ?? [];
    return isAllOrNothing ? asked : asked.filter((scope) => ticked.includes(scope));
  }

  /** A page and the form on it: two routes, so that a fault can be for one of them. */
  function step(name: string, act: typeof consent): readonly Route[] {
    const path = new RegExp(`^/${name}/(?<visit>[^/]+)$`);
    const answer = (request: SimulatedRequest, form?: URLSearchParams): Reply => {
      const id = request.params["visit"] ?? "";
      const visit = visits.get(id);
      if (visit === undefined) return unknown;
      return visit.reply ? afterwards(name, visit.reply, form) : act(visit, form, id);
    };
    return [
      { name: `${name}-page`, methods: ["GET"], path, handle: (request) => answer(request) },
      { name, methods: ["POST"], path, handle: (request) => answer(request, formOf(request)) },
    ];
  }

  return {
    begin(errand) {
      const id = world.random(16).toString("base64url");
      visits.set(id, { errand });
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
function allowed(errand: Errand, decision: Decision): Reply {
  const isNothing = decision.scopes.length === 0 && errand.choices.length > 0;
  return isNothing ? errand.deny() : errand.allow(decision);
}

/** A form that is sent twice gets its first answer again; a page that is gone back to says so. */
function afterwards(name: string, reply: Reply, form: URLSearchParams | undefined): Reply {
  return name === "consent" && form ? reply : answered;
}

export function seeOther(location: string, status = 303): Reply {
  return textReply(status, "", { location, "cache-control": "no-store" });
}

const answered = noticePage(
  410,
  "Already answered",
  "You have answered this request. Go back to the site that sent you here and begin again there.",
);

const unknown = noticePage(404, "Nothing here", "Go back to the site that sent you here.");
