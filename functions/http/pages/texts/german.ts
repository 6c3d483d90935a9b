import type { PageTexts } from "./page-texts.ts";

export const german: PageTexts = {
  tones: {
    question: "Ihre Entscheidung",
    success: "Abgeschlossen",
    part: "Teilweise abgeschlossen",
    notice: "Hinweis",
    warning: "Zu Ihrer Sicherheit",
    defect: "Technisches Problem",
  },
  whoAsks: "Wer anfragt",
  accessTo: "Zugriff auf",
  reference: "Referenz bei {requester}",
  contact: "Fragen? So erreichen Sie {requester}:",
  privacy: "Datenschutzhinweise von {requester}",
  link: {
    title: "{requester} bittet um Zugriff auf {provider}",
    choice:
      "Sie können zustimmen oder ablehnen. Bevor Sie auf die Schaltfläche unten klicken, geschieht nichts.",
    requested: "Worum {requester} bittet",
    ifAllowed: "Wenn Sie zustimmen, kann {requester} {provider} in Ihrem Namen nutzen, und zwar:",
    otherWords:
      "{provider} formuliert es möglicherweise anders. Maßgeblich ist, was Ihnen dort vor Ihrer Entscheidung angezeigt wird.",
    notYetKnown: "Um welchen Zugriff es geht, zeigt Ihnen {provider} vor Ihrer Entscheidung.",
    next: "Wie es weitergeht",
    go: "Sie gelangen zu {provider}, unter {host}. Melden Sie sich nur an, wenn Ihr Browser diese Adresse anzeigt oder eine, die Sie von {provider} kennen.",
    decide:
      "Dort sehen Sie die Anfrage noch einmal und entscheiden. {requester} erfährt Ihr Passwort nicht.",
    comeBack: "Danach kehren Sie hierher zurück und lesen, welcher Zugriff erteilt wurde.",
    button: "Weiter zu {provider}",
    timeLeft: "Verbleibende Zeit: {time}.",
    once: "Dieser Link funktioniert einmal, und nur in dem Browser, in dem zuerst fortgefahren wird. Wenn Sie ihn nicht erwartet haben, schließen Sie diese Seite: Es wird kein Zugriff erteilt.",
  },
  granted: {
    title: "Der Zugriff ist erteilt",
    partTitle: "Ein Teil des Zugriffs ist erteilt",
    canUse: "{requester} kann {provider} nun in Ihrem Namen nutzen.",
    customer: "Kundenname bei {provider}",
    until: "Gültig bis",
    untilUnknown: "von {provider} nicht angegeben",
    isExtended: "Der Zugriff besteht länger, wenn {provider} ihn bei Nutzung verlängert.",
    allowed: "Was Sie erlaubt haben",
    noDetails: "{provider} hat dazu nichts angegeben.",
    nothing: "Laut {provider} nichts.",
    notAllowed: "Was erbeten, aber nicht erlaubt wurde",
    ifUnwanted:
      "Wenn Sie das so gewählt haben, ist nichts zu tun. Andernfalls bitten Sie {requester} um einen neuen Link.",
    isAbridged: "Diese Liste ist nicht vollständig: {provider} zeigt sie ganz.",
    close: "Sie können diese Seite schließen.",
  },
  withdrawal: "Wenn Sie es sich anders überlegen",
  howToWithdraw:
    "Sie können den Zugriff jederzeit widerrufen: bei {provider}, meist unter den verbundenen Anwendungen, oder indem Sie {requester} bitten, ihn zu beenden.",
  whatToDo: "Was Sie tun können",
  unknownScope: "nutzen, was {provider} {scope} nennt",
  scopes: {
    openid: "erfahren, wer Sie dort sind",
    profile: "Ihren Namen und Ihr Profil einsehen",
    email: "Ihre E-Mail-Adresse einsehen",
    phone: "Ihre Telefonnummer einsehen",
    address: "Ihre Postanschrift einsehen",
    offline_access: "den Zugriff behalten, auch wenn Sie nicht angemeldet sind",
    "psd2-ais": "Ihre Zahlungskonten mit Kontoständen und Umsätzen einsehen",
    "psd2-pis": "Zahlungen von Ihren Zahlungskonten auslösen",
  },
  outcomes: {
    "link-unknown": {
      title: "Dieser Link funktioniert nicht",
      what: "Er ist unvollständig, wurde bereits verwendet, oder seine Zeit ist abgelaufen. Durch das Öffnen wurde kein Zugriff erteilt.",
      advice:
        "Öffnen Sie ihn noch einmal genau so, wie Sie ihn erhalten haben. Funktioniert er weiterhin nicht, bitten Sie {requester} um einen neuen Link.",
    },
    "link-used": {
      title: "Dieser Link funktioniert nicht mehr",
      what: "Er wurde bereits verwendet, oder seine Zeit ist abgelaufen. Ein Link gilt nur für eine Entscheidung.",
      advice:
        "Wenn Ihnen angezeigt wurde, dass der Zugriff erteilt ist, sind Sie fertig und können diese Seite schließen. Andernfalls bitten Sie {requester} um einen neuen Link.",
    },
    "link-expired": {
      title: "Dieser Link ist abgelaufen",
      what: "Zu Ihrer Sicherheit funktioniert er nur für begrenzte Zeit. Es wurde kein Zugriff erteilt.",
      advice: "Bitten Sie {requester} um einen neuen Link, und verwenden Sie ihn möglichst bald.",
    },
    "other-browser": {
      title: "Dieser Link wird in einem anderen Browser verwendet",
      what: "Sobald jemand mit einem Link fortgefahren ist, kann ihn kein anderer Browser und kein anderes Gerät mehr verwenden. Hier wurde kein Zugriff erteilt.",
      advice:
        "Wenn Sie das waren, fahren Sie in jenem Browser fort. Wenn nicht, informieren Sie {requester} und bitten Sie um einen neuen Link.",
    },
    "cookies-needed": {
      title: "In diesem Browser haben Sie nicht begonnen",
      what: "Um zu erkennen, dass Sie selbst fortgefahren sind, speichert diese Website für begrenzte Zeit ein Cookie in Ihrem Browser, und dieser Browser hat es nicht gesendet. Entweder blockiert er Cookies, oder Sie sind in einem anderen Browser zurückgekehrt. Es wurde kein Zugriff erteilt.",
      advice:
        "Lassen Sie Cookies für diese Website zu, und öffnen Sie Ihren Link erneut in dem Browser, in dem Sie fortfahren möchten. Funktioniert er nicht mehr, bitten Sie {requester} um einen neuen Link.",
    },
    "mixed-up": {
      title: "Diese Antwort passt nicht zu Ihrer Anfrage",
      what: "Die Seite, von der Sie kommen, hat eine Antwort gesendet, die zu keiner Anfrage dieses Browsers gehört. Sie wurde nicht verwendet, und es wurde kein Zugriff erteilt.",
      advice:
        "Öffnen Sie Ihren Link erneut, und fahren Sie von dort aus fort. Wenn Sie selbst keinen Link geöffnet haben, schließen Sie diese Seite, und informieren Sie {requester}.",
    },
    denied: {
      title: "Der Zugriff ist nicht erteilt",
      what: "Sie haben abgelehnt, oder {provider} hat für Sie abgelehnt. Es wurde kein Zugriff erteilt, und nichts hat sich geändert.",
      advice:
        "Wenn Sie das so wollten, können Sie diese Seite schließen. Andernfalls bitten Sie {requester} um einen neuen Link.",
    },
    "provider-error": {
      title: "Der Zugriff wurde nicht eingerichtet",
      what: "{provider} hat einen Fehler gemeldet oder eine Antwort gesendet, die diese Website nicht lesen kann. Manche Anbieter melden es so, wenn Sie ablehnen. Wenn Sie zugestimmt haben, ist etwas schiefgegangen.",
      advice:
        "Wenn Sie abgelehnt haben, können Sie diese Seite schließen. Andernfalls bitten Sie {requester} um einen neuen Link, und versuchen Sie es noch einmal. Sollte es wieder geschehen, informieren Sie {requester}.",
    },
    "code-refused": {
      title: "{provider} hat die Zustimmung nicht angenommen",
      what: "Sie haben zugestimmt, aber {provider} hat es nicht bestätigt. Es wurde kein Zugriff erteilt. Was Sie früher erteilt haben, gilt weiterhin.",
      advice:
        "Bitten Sie {requester} um einen neuen Link, und versuchen Sie es noch einmal. Sollte es wieder geschehen, informieren Sie {requester}.",
    },
    "not-the-named": {
      title: "Dieser Link wurde für jemand anderen erstellt",
      what: "Sie haben zugestimmt, sich aber mit einer anderen Person angemeldet oder einen anderen Kunden gewählt, als für die dieser Link erstellt wurde. Zur Sicherheit wurde davon nichts gespeichert.",
      advice:
        "Wenn Sie noch einen anderen Zugang haben, bitten Sie {requester} um einen neuen Link, und benutzen Sie diesen Zugang. Wenn Ihnen der Link weitergeleitet wurde, teilen Sie es {requester} mit: Er war nicht für Sie bestimmt. Führt {provider} den Zugriff noch auf, widerrufen Sie ihn dort.",
    },
    "other-owner": {
      title: "Das ist nicht der erwartete Zugriff",
      what: "Sie haben zugestimmt, sich aber mit einer anderen Person angemeldet oder einen anderen Kunden gewählt als bei dem Zugriff, der bereits besteht. Zur Sicherheit wurde davon nichts gespeichert. Der frühere Zugriff bleibt unverändert.",
      advice:
        "Wenn das ein Versehen war, bitten Sie {requester} um einen neuen Link, und wählen Sie wie zuvor. Wenn es beabsichtigt ist, sagen Sie es dort: Der neue Link muss es erlauben. Führt {provider} auf, was Sie soeben erlaubt haben, widerrufen Sie dort nur dies.",
    },
    "provider-away": {
      title: "{provider} antwortet nicht",
      what: "Sie haben zugestimmt, aber {provider} war für die Bestätigung nicht erreichbar. Möglicherweise wurde der Zugriff nicht erteilt.",
      advice:
        "Warten Sie einige Minuten, bitten Sie dann {requester} um einen neuen Link, und versuchen Sie es noch einmal.",
    },
    "try-later": {
      title: "Das ist im Moment nicht möglich",
      what: "Ein Teil dieser Website antwortet zurzeit nicht. Das liegt nicht an Ihnen.",
      advice:
        "Öffnen Sie Ihren Link in einer Minute noch einmal. Funktioniert er nicht mehr, bitten Sie {requester} um einen neuen.",
    },
    "our-fault": {
      title: "Auf unserer Seite stimmt etwas nicht",
      what: "Das liegt nicht an Ihnen, und ein neuer Versuch hilft nicht.",
      advice: "Teilen Sie {requester} mit, dass der Zugriff nicht eingerichtet werden konnte.",
    },
    "no-result": {
      title: "Es gibt kein Ergebnis anzuzeigen",
      what: "Ein Ergebnis wird zehn Minuten lang angezeigt, und nur in dem Browser, in dem es erreicht wurde.",
      advice: "Ob der Zugriff erteilt ist, erfahren Sie von {requester}.",
    },
    "not-a-page": {
      title: "Hier ist nichts",
      what: "Unter dieser Adresse gibt es keine Seite.",
      advice:
        "Wenn Sie einen Link erhalten haben, öffnen Sie ihn genau so, wie Sie ihn erhalten haben.",
    },
  },
};
