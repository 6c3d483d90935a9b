import type { PageTexts } from "./page-texts.ts";

export const english: PageTexts = {
  tones: {
    question: "Your decision",
    success: "Done",
    part: "Done in part",
    notice: "Please note",
    warning: "For your safety",
    defect: "Technical problem",
  },
  whoAsks: "Who asks",
  accessTo: "Access to",
  reference: "Reference at {requester}",
  contact: "Questions? Contact {requester}:",
  privacy: "Privacy notice of {requester}",
  link: {
    title: "{requester} asks for access to {provider}",
    choice: "You can allow it or not. Nothing happens before you press the button below.",
    requested: "What {requester} asks for",
    ifAllowed: "If you allow it, {requester} can use {provider} in your name to:",
    otherWords:
      "{provider} may word it differently. What it shows you before you decide is what counts.",
    notYetKnown: "{provider} tells you which access, before you decide.",
    next: "What happens next",
    go: "You go to {provider}, at {host}. Log in only if your browser shows that address or one you know from {provider}.",
    decide: "There you see the request again and decide. {requester} does not see your password.",
    comeBack: "You come back here and read what was granted.",
    button: "Continue to {provider}",
    timeLeft: "Time left: {time}.",
    once: "This link works once, and only for the browser that continues first. If you did not expect it, close this page: nothing is granted.",
  },
  granted: {
    title: "Access is granted",
    partTitle: "Part of the access is granted",
    canUse: "{requester} can now use {provider} in your name.",
    customer: "Customer at {provider}",
    until: "Until",
    untilUnknown: "{provider} did not say",
    isExtended: "It lasts longer if {provider} extends access that is in use.",
    allowed: "What you allowed",
    noDetails: "{provider} gave no details.",
    nothing: "Nothing, according to {provider}.",
    notAllowed: "What was asked for but not allowed",
    ifUnwanted:
      "If that was your choice, there is nothing to do. If not, ask {requester} for a new link.",
    isAbridged: "This list is not complete: {provider} shows all of it.",
    close: "You may close this page.",
  },
  withdrawal: "If you change your mind",
  howToWithdraw:
    "You can withdraw the access at any time: at {provider}, where it is usually listed among connected applications, or by asking {requester} to end it.",
  whatToDo: "What to do",
  unknownScope: "use what {provider} calls {scope}",
  scopes: {
    openid: "know who you are there",
    profile: "see your name and profile",
    email: "see your e-mail address",
    phone: "see your phone number",
    address: "see your postal address",
    offline_access: "keep this access while you are away",
    "psd2-ais": "see your payment accounts, their balances and their transactions",
    "psd2-pis": "start payments from your payment accounts",
  },
  outcomes: {
    "link-unknown": {
      title: "This link does not work",
      what: "It is incomplete, or it was used, or its time is over. Nothing was granted by opening it.",
      advice:
        "Open it once more exactly as you got it. If it still does not work, ask {requester} for a new link.",
    },
    "link-used": {
      title: "This link no longer works",
      what: "It was used, or its time is over. A link works for one decision only.",
      advice:
        "If you saw that access is granted, you are done and may close this page. If not, ask {requester} for a new link.",
    },
    "link-expired": {
      title: "This link has expired",
      what: "For your safety it works for a limited time only. Nothing was granted.",
      advice: "Ask {requester} for a new link, and use it soon after you get it.",
    },
    "other-browser": {
      title: "This link is in use in another browser",
      what: "Once somebody has continued with a link, no other browser and no other device can use it. Nothing was granted here.",
      advice:
        "If that was you, continue in that browser. If it was not you, tell {requester} and ask for a new link.",
    },
    "cookies-needed": {
      title: "This is not the browser you started in",
      what: "To know that it was you who continued, this site stores one cookie in your browser for a limited time, and this browser has not sent it. Either it blocks cookies, or you came back in a different browser. Nothing was granted.",
      advice:
        "Allow cookies for this site, then open your link again in the browser in which you want to continue. If it no longer works, ask {requester} for a new link.",
    },
    "mixed-up": {
      title: "This answer does not match your request",
      what: "The page you came from has sent an answer that matches no request of this browser. It was not used, and nothing was granted.",
      advice:
        "Open your link again and continue from there. If you did not open a link yourself, close this page and tell {requester}.",
    },
    denied: {
      title: "Access is not granted",
      what: "You declined, or {provider} declined for you. Nothing was granted, and nothing has changed.",
      advice:
        "If that is what you wanted, you may close this page. If not, ask {requester} for a new link.",
    },
    "provider-error": {
      title: "Access was not set up",
      what: "{provider} reported an error, or sent an answer that this site cannot read. Some providers report it this way when you decline. If you agreed, something went wrong.",
      advice:
        "If you declined, you may close this page. If not, ask {requester} for a new link and try again. If it happens again, tell them.",
    },
    "code-refused": {
      title: "{provider} did not accept the consent",
      what: "You agreed, but {provider} did not confirm it. Nothing was granted, and what you granted earlier still applies.",
      advice: "Ask {requester} for a new link and try again. If it happens again, tell them.",
    },
    "not-the-named": {
      title: "This link was made for somebody else",
      what: "You agreed, but you logged in as somebody else, or chose another customer, than this link was made for. To be safe, nothing of it was kept.",
      advice:
        "If you have another login, ask {requester} for a new link and use that one. If this link was forwarded to you, tell {requester}: it was not meant for you. If {provider} still lists the access, withdraw it there.",
    },
    "other-owner": {
      title: "This is not the access that was expected",
      what: "You agreed, but you logged in as somebody else, or chose another customer, than for the access that was granted before. To be safe, nothing of it was kept. The earlier access is unchanged.",
      advice:
        "If that was a mistake, ask {requester} for a new link and choose as before. If it is intended, tell them: the new link has to allow it. If {provider} lists what you have just agreed to, withdraw only that there.",
    },
    "provider-away": {
      title: "{provider} is not answering",
      what: "You agreed, but {provider} could not be reached to confirm it. Access may not have been granted.",
      advice: "Wait a few minutes, then ask {requester} for a new link and try again.",
    },
    "try-later": {
      title: "This is not possible right now",
      what: "A part of this site is not answering at the moment. It is not your fault.",
      advice:
        "Open your link again in a minute. If it no longer works, ask {requester} for a new one.",
    },
    "our-fault": {
      title: "Something is wrong on our side",
      what: "It is not your fault, and trying again will not help.",
      advice: "Tell {requester} that access could not be set up.",
    },
    "no-result": {
      title: "There is no result to show",
      what: "A result is shown for ten minutes, and only in the browser in which it was reached.",
      advice: "To know whether access is granted, ask {requester}.",
    },
    "not-a-page": {
      title: "There is nothing here",
      what: "No page has this address.",
      advice: "If you were given a link, open it exactly as you got it.",
    },
  },
};
