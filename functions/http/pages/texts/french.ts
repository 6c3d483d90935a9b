import type { PageTexts } from "./page-texts.ts";

export const french: PageTexts = {
  tones: {
    question: "Votre décision",
    success: "Terminé",
    part: "Terminé en partie",
    notice: "À noter",
    warning: "Pour votre sécurité",
    defect: "Problème technique",
  },
  whoAsks: "Demandeur",
  accessTo: "Accès à",
  reference: "Référence chez {requester}",
  contact: "Des questions\u202f? Contactez {requester}\u00a0:",
  privacy: "Politique de confidentialité de {requester}",
  link: {
    title: "{requester} demande l’accès à {provider}",
    choice:
      "Vous pouvez accepter ou refuser. Rien ne se passe tant que vous n’appuyez pas sur le bouton ci-dessous.",
    requested: "Ce que demande {requester}",
    ifAllowed: "Si vous acceptez, {requester} pourra utiliser {provider} en votre nom pour\u00a0:",
    otherWords:
      "La formulation de {provider} peut être différente. Seul compte ce qui vous y est présenté avant votre décision.",
    notYetKnown: "{provider} vous indique l’accès demandé avant votre décision.",
    next: "La suite",
    go: "Vous êtes dirigé vers {provider}, à l’adresse {host}. Connectez-vous uniquement si votre navigateur affiche cette adresse ou une adresse de {provider} que vous connaissez.",
    decide:
      "Vous y retrouvez la demande et vous décidez. {requester} ne voit pas votre mot de passe.",
    comeBack: "Vous revenez ici et lisez ce qui a été accordé.",
    button: "Continuer vers {provider}",
    timeLeft: "Temps restant\u00a0: {time}.",
    once: "Ce lien ne fonctionne qu’une fois, et seulement dans le premier navigateur qui continue. Si vous ne l’attendiez pas, fermez cette page\u00a0: aucun accès n’est accordé.",
  },
  granted: {
    title: "L’accès est accordé",
    partTitle: "Une partie de l’accès est accordée",
    canUse: "{requester} peut désormais utiliser {provider} en votre nom.",
    customer: "Client chez {provider}",
    until: "Jusqu’au",
    untilUnknown: "non précisé par {provider}",
    isExtended: "L’accès dure plus longtemps si {provider} le prolonge tant qu’il est utilisé.",
    allowed: "Ce que vous avez autorisé",
    noDetails: "{provider} n’a donné aucun détail.",
    nothing: "Rien, d’après {provider}.",
    notAllowed: "Ce qui était demandé mais n’est pas autorisé",
    ifUnwanted:
      "Si c’est votre choix, vous n’avez rien à faire. Sinon, demandez un nouveau lien à {requester}.",
    isAbridged: "Cette liste n’est pas complète\u00a0: {provider} l’affiche en entier.",
    close: "Vous pouvez fermer cette page.",
  },
  withdrawal: "Si vous changez d’avis",
  howToWithdraw:
    "Vous pouvez retirer l’accès à tout moment\u00a0: chez {provider}, en général dans la liste des applications connectées, ou en demandant à {requester} d’y mettre fin.",
  whatToDo: "Que faire",
  unknownScope: "utiliser ce que {provider} appelle {scope}",
  scopes: {
    openid: "savoir qui vous y êtes",
    profile: "consulter votre nom et votre profil",
    email: "consulter votre adresse e-mail",
    phone: "consulter votre numéro de téléphone",
    address: "consulter votre adresse postale",
    offline_access: "conserver cet accès en votre absence",
    "psd2-ais": "consulter vos comptes de paiement, leurs soldes et leurs opérations",
    "psd2-pis": "initier des paiements depuis vos comptes de paiement",
  },
  outcomes: {
    "link-unknown": {
      title: "Ce lien ne fonctionne pas",
      what: "Il est incomplet, il a été utilisé, ou son délai est écoulé. Son ouverture n’a accordé aucun accès.",
      advice:
        "Ouvrez-le encore une fois, exactement tel que vous l’avez reçu. S’il ne fonctionne toujours pas, demandez un nouveau lien à {requester}.",
    },
    "link-used": {
      title: "Ce lien ne fonctionne plus",
      what: "Il a été utilisé, ou son délai est écoulé. Un lien ne sert que pour une seule décision.",
      advice:
        "Si vous avez vu que l’accès est accordé, vous avez terminé et pouvez fermer cette page. Sinon, demandez un nouveau lien à {requester}.",
    },
    "link-expired": {
      title: "Ce lien a expiré",
      what: "Pour votre sécurité, il ne fonctionne que pendant un temps limité. Aucun accès n’a été accordé.",
      advice: "Demandez un nouveau lien à {requester} et utilisez-le peu après l’avoir reçu.",
    },
    "other-browser": {
      title: "Ce lien est utilisé dans un autre navigateur",
      what: "Dès que quelqu’un a continué avec un lien, aucun autre navigateur ni appareil ne peut s’en servir. Aucun accès n’a été accordé ici.",
      advice:
        "Si c’était vous, continuez dans cet autre navigateur. Sinon, prévenez {requester} et demandez un nouveau lien.",
    },
    "cookies-needed": {
      title: "Ce n’est pas le navigateur dans lequel vous avez commencé",
      what: "Pour savoir que c’est bien vous qui avez continué, ce site enregistre un cookie dans votre navigateur pendant un temps limité, et ce navigateur ne l’a pas envoyé. Soit il bloque les cookies, soit vous êtes revenu dans un autre navigateur. Aucun accès n’a été accordé.",
      advice:
        "Autorisez les cookies pour ce site, puis ouvrez à nouveau votre lien dans le navigateur dans lequel vous souhaitez continuer. S’il ne fonctionne plus, demandez un nouveau lien à {requester}.",
    },
    "mixed-up": {
      title: "Cette réponse ne correspond pas à votre demande",
      what: "La page d’où vous venez a envoyé une réponse qui ne correspond à aucune demande de ce navigateur. Elle n’a pas été utilisée, et aucun accès n’a été accordé.",
      advice:
        "Ouvrez à nouveau votre lien et continuez à partir de là. Si vous n’avez pas ouvert de lien vous-même, fermez cette page et prévenez {requester}.",
    },
    denied: {
      title: "L’accès n’est pas accordé",
      what: "Vous avez refusé, ou {provider} a refusé pour vous. Aucun accès n’a été accordé, et rien n’a changé.",
      advice:
        "Si c’est ce que vous vouliez, vous pouvez fermer cette page. Sinon, demandez un nouveau lien à {requester}.",
    },
    "provider-error": {
      title: "L’accès n’a pas été mis en place",
      what: "{provider} a signalé une erreur, ou a envoyé une réponse que ce site ne peut pas lire. Certains fournisseurs répondent ainsi lorsque vous refusez. Si vous aviez accepté, quelque chose n’a pas fonctionné.",
      advice:
        "Si vous avez refusé, vous pouvez fermer cette page. Sinon, demandez un nouveau lien à {requester} et réessayez. Si cela se reproduit, signalez-le.",
    },
    "code-refused": {
      title: "{provider} n’a pas accepté le consentement",
      what: "Vous avez accepté, mais {provider} ne l’a pas confirmé. Aucun accès n’a été accordé, et ce que vous aviez accordé auparavant reste valable.",
      advice:
        "Demandez un nouveau lien à {requester} et réessayez. Si cela se reproduit, signalez-le.",
    },
    "not-the-named": {
      title: "Ce lien a été créé pour quelqu’un d’autre",
      what: "Vous avez accepté, mais vous vous êtes connecté sous une autre identité, ou avez choisi un autre client, que pour lesquels ce lien a été créé. Par sécurité, rien n’en a été conservé.",
      advice:
        "Si vous avez un autre identifiant, demandez un nouveau lien à {requester} et utilisez cet identifiant. Si ce lien vous a été transféré, signalez-le à {requester} : il ne vous était pas destiné. Si {provider} mentionne encore l’accès, révoquez-le là-bas.",
    },
    "other-owner": {
      title: "Ce n’est pas l’accès attendu",
      what: "Vous avez accepté, mais sous une autre identité ou pour un autre client que lors de l’accès déjà accordé. Par sécurité, rien n’en a été conservé. L’accès antérieur reste inchangé.",
      advice:
        "S’il s’agit d’une erreur, demandez un nouveau lien à {requester} et faites le même choix qu’auparavant. Si c’est voulu, signalez-le\u00a0: le nouveau lien doit le permettre. Si {provider} mentionne ce que vous venez d’accepter, révoquez là-bas uniquement cela.",
    },
    "provider-away": {
      title: "{provider} ne répond pas",
      what: "Vous avez accepté, mais il n’a pas été possible de joindre {provider} pour le confirmer. Il se peut que l’accès n’ait pas été accordé.",
      advice:
        "Attendez quelques minutes, puis demandez un nouveau lien à {requester} et réessayez.",
    },
    "try-later": {
      title: "Ce n’est pas possible pour le moment",
      what: "Une partie de ce site ne répond pas actuellement. Vous n’y êtes pour rien.",
      advice:
        "Ouvrez à nouveau votre lien dans une minute. S’il ne fonctionne plus, demandez-en un nouveau à {requester}.",
    },
    "our-fault": {
      title: "Quelque chose ne va pas de notre côté",
      what: "Vous n’y êtes pour rien, et réessayer ne changera rien.",
      advice: "Signalez à {requester} que l’accès n’a pas pu être mis en place.",
    },
    "no-result": {
      title: "Il n’y a aucun résultat à afficher",
      what: "Un résultat s’affiche pendant dix minutes, et seulement dans le navigateur dans lequel il a été obtenu.",
      advice: "Pour savoir si l’accès est accordé, demandez à {requester}.",
    },
    "not-a-page": {
      title: "Il n’y a rien ici",
      what: "Aucune page n’a cette adresse.",
      advice: "Si vous avez reçu un lien, ouvrez-le exactement tel que vous l’avez reçu.",
    },
  },
};
