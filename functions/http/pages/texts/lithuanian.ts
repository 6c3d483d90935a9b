import type { PageTexts } from "./page-texts.ts";

export const lithuanian: PageTexts = {
  tones: {
    question: "Jūsų sprendimas",
    success: "Atlikta",
    part: "Atlikta iš dalies",
    notice: "Atkreipkite dėmesį",
    warning: "Jūsų saugumui",
    defect: "Techninė problema",
  },
  whoAsks: "Kas prašo",
  accessTo: "Prieiga prie",
  reference: "Žymuo „{requester}“ sistemoje",
  contact: "Turite klausimų? Kreipkitės į „{requester}“:",
  privacy: "„{requester}“ privatumo pranešimas",
  link: {
    title: "„{requester}“ prašo prieigos prie „{provider}“",
    choice: "Galite sutikti arba nesutikti. Kol nepaspausite toliau esančio mygtuko, nieko nevyks.",
    requested: "Ko prašo „{requester}“",
    ifAllowed: "Jei sutiksite, „{requester}“ galės naudotis „{provider}“ Jūsų vardu:",
    otherWords:
      "„{provider}“ gali tai suformuluoti kitaip. Svarbu tai, kas Jums ten bus parodyta prieš apsisprendžiant.",
    notYetKnown: "Kokios prieigos prašoma, „{provider}“ parodys prieš Jums apsisprendžiant.",
    next: "Kas bus toliau",
    go: "Pateksite į „{provider}“, adresu {host}. Prisijunkite tik tada, jei naršyklė rodo šį arba kitą Jums žinomą „{provider}“ adresą.",
    decide:
      "Ten dar kartą pamatysite prašymą ir apsispręsite. „{requester}“ nemato Jūsų slaptažodžio.",
    comeBack: "Grįšite čia ir perskaitysite, kokia prieiga suteikta.",
    button: "Tęsti į „{provider}“",
    timeLeft: "Likęs laikas: {time}.",
    once: "Ši nuoroda veikia vieną kartą ir tik toje naršyklėje, kurioje tęsiama pirmiausia. Jei jos nelaukėte, užverkite šį puslapį: jokia prieiga nesuteikiama.",
  },
  granted: {
    title: "Prieiga suteikta",
    partTitle: "Suteikta dalis prieigos",
    canUse: "Dabar „{requester}“ gali naudotis „{provider}“ Jūsų vardu.",
    customer: "„{provider}“ klientas",
    until: "Galioja iki",
    untilUnknown: "„{provider}“ nenurodė",
    isExtended: "Prieiga galios ilgiau, jei „{provider}“ pratęs ją, kol ja naudojamasi.",
    allowed: "Ką leidote",
    noDetails: "„{provider}“ išsamesnės informacijos nepateikė.",
    nothing: "Nieko, „{provider}“ duomenimis.",
    notAllowed: "Ko prašyta, bet neleista",
    ifUnwanted:
      "Jei taip pasirinkote, nieko daryti nereikia. Jei ne, paprašykite „{requester}“ naujos nuorodos.",
    isAbridged: "Šis sąrašas nėra visas: visą jį rodo „{provider}“.",
    close: "Galite užverti šį puslapį.",
  },
  withdrawal: "Jei persigalvosite",
  howToWithdraw:
    "Prieigą galite bet kada atšaukti: „{provider}“ svetainėje, paprastai prie susietų programų, arba paprašę „{requester}“ ją nutraukti.",
  whatToDo: "Ką daryti",
  unknownScope: "naudotis tuo, ką „{provider}“ vadina {scope}",
  scopes: {
    openid: "sužinoti, kas Jūs ten esate",
    profile: "matyti Jūsų vardą ir profilį",
    email: "matyti Jūsų el. pašto adresą",
    phone: "matyti Jūsų telefono numerį",
    address: "matyti Jūsų pašto adresą",
    offline_access: "išlaikyti šią prieigą, kai Jūsų nėra",
    "psd2-ais": "matyti Jūsų mokėjimo sąskaitas, jų likučius ir operacijas",
    "psd2-pis": "inicijuoti mokėjimus iš Jūsų mokėjimo sąskaitų",
  },
  outcomes: {
    "link-unknown": {
      title: "Ši nuoroda neveikia",
      what: "Ji nepilna, jau panaudota arba jos laikas baigėsi. Ją atvėrus jokia prieiga nesuteikta.",
      advice:
        "Atverkite ją dar kartą tiksliai tokią, kokią gavote. Jei vis tiek neveiks, paprašykite „{requester}“ naujos nuorodos.",
    },
    "link-used": {
      title: "Ši nuoroda nebeveikia",
      what: "Ji jau panaudota arba jos laikas baigėsi. Nuoroda skirta tik vienam sprendimui.",
      advice:
        "Jei matėte, kad prieiga suteikta, viskas atlikta ir galite užverti šį puslapį. Jei ne, paprašykite „{requester}“ naujos nuorodos.",
    },
    "link-expired": {
      title: "Šios nuorodos galiojimas baigėsi",
      what: "Jūsų saugumui ji veikia tik ribotą laiką. Jokia prieiga nesuteikta.",
      advice: "Paprašykite „{requester}“ naujos nuorodos ir gavę netrukus ja pasinaudokite.",
    },
    "other-browser": {
      title: "Ši nuoroda naudojama kitoje naršyklėje",
      what: "Kai kas nors pratęsia su nuoroda, jokia kita naršyklė ir joks kitas įrenginys ja naudotis nebegali. Čia jokia prieiga nesuteikta.",
      advice:
        "Jei tai buvote Jūs, tęskite toje naršyklėje. Jei ne Jūs, praneškite „{requester}“ ir paprašykite naujos nuorodos.",
    },
    "cookies-needed": {
      title: "Tai ne ta naršyklė, kurioje pradėjote",
      what: "Kad žinotų, jog tęsėte būtent Jūs, ši svetainė ribotam laikui įrašo į Jūsų naršyklę vieną slapuką, o ši naršyklė jo neatsiuntė. Arba ji blokuoja slapukus, arba grįžote kita naršykle. Jokia prieiga nesuteikta.",
      advice:
        "Leiskite šios svetainės slapukus ir dar kartą atverkite savo nuorodą toje naršyklėje, kurioje norite tęsti. Jei ji nebeveiks, paprašykite „{requester}“ naujos nuorodos.",
    },
    "mixed-up": {
      title: "Šis atsakymas neatitinka Jūsų prašymo",
      what: "Puslapis, iš kurio atėjote, atsiuntė atsakymą, kuris nepriklauso jokiam šios naršyklės prašymui. Jis nepanaudotas ir jokia prieiga nesuteikta.",
      advice:
        "Dar kartą atverkite savo nuorodą ir tęskite iš ten. Jei patys nuorodos neatvėrėte, užverkite šį puslapį ir praneškite „{requester}“.",
    },
    denied: {
      title: "Prieiga nesuteikta",
      what: "Jūs nesutikote arba už Jus atsisakė „{provider}“. Jokia prieiga nesuteikta ir niekas nepasikeitė.",
      advice:
        "Jei to ir norėjote, galite užverti šį puslapį. Jei ne, paprašykite „{requester}“ naujos nuorodos.",
    },
    "provider-error": {
      title: "Prieigos sukurti nepavyko",
      what: "„{provider}“ pranešė apie klaidą arba atsiuntė atsakymą, kurio ši svetainė negali perskaityti. Kai kurie paslaugų teikėjai taip praneša, kai nesutinkate. Jei sutikote, kažkas nepavyko.",
      advice:
        "Jei nesutikote, galite užverti šį puslapį. Jei ne, paprašykite „{requester}“ naujos nuorodos ir bandykite dar kartą. Jei tai pasikartos, praneškite.",
    },
    "code-refused": {
      title: "„{provider}“ nepriėmė sutikimo",
      what: "Jūs sutikote, bet „{provider}“ to nepatvirtino. Nauja prieiga nesuteikta, o anksčiau suteikta tebegalioja.",
      advice:
        "Paprašykite „{requester}“ naujos nuorodos ir bandykite dar kartą. Jei tai pasikartos, praneškite.",
    },
    "not-the-named": {
      title: "Ši nuoroda skirta kitam asmeniui",
      what: "Jūs sutikote, bet prisijungėte kaip kitas asmuo arba pasirinkote kitą klientą nei tas, kuriam skirta ši nuoroda. Saugumo sumetimais nieko neišsaugota.",
      advice:
        "Jei turite kitą prisijungimą, paprašykite „{requester}“ naujos nuorodos ir naudokite tą prisijungimą. Jei šią nuorodą jums persiuntė, praneškite „{requester}“: ji buvo skirta ne jums. Jei „{provider}“ vis dar rodo prieigą, atšaukite ją ten.",
    },
    "other-owner": {
      title: "Tai ne ta prieiga, kurios tikėtasi",
      what: "Jūs sutikote, bet prisijungėte kaip kitas asmuo arba pasirinkote kitą klientą nei anksčiau suteiktai prieigai. Saugumo sumetimais nieko neišsaugota. Ankstesnė prieiga nepakito.",
      advice:
        "Jei tai klaida, paprašykite „{requester}“ naujos nuorodos ir rinkitės kaip anksčiau. Jei taip ir norėjote, praneškite: nauja nuoroda turi tai leisti. Jei „{provider}“ rodo tai, su kuo ką tik sutikote, ten atšaukite tik tai.",
    },
    "provider-away": {
      title: "„{provider}“ neatsako",
      what: "Jūs sutikote, bet nepavyko susisiekti su „{provider}“, kad tai būtų patvirtinta. Gali būti, kad prieiga nesuteikta.",
      advice:
        "Palaukite kelias minutes, tada paprašykite „{requester}“ naujos nuorodos ir bandykite dar kartą.",
    },
    "try-later": {
      title: "Šiuo metu tai neįmanoma",
      what: "Dalis šios svetainės šiuo metu neatsako. Tai ne Jūsų kaltė.",
      advice:
        "Po minutės dar kartą atverkite savo nuorodą. Jei ji nebeveiks, paprašykite „{requester}“ naujos.",
    },
    "our-fault": {
      title: "Kažkas negerai mūsų pusėje",
      what: "Tai ne Jūsų kaltė, ir bandyti dar kartą neverta.",
      advice: "Praneškite „{requester}“, kad prieigos sukurti nepavyko.",
    },
    "no-result": {
      title: "Nėra rezultato, kurį būtų galima parodyti",
      what: "Rezultatas rodomas dešimt minučių ir tik toje naršyklėje, kurioje jis gautas.",
      advice: "Ar prieiga suteikta, paklauskite „{requester}“.",
    },
    "not-a-page": {
      title: "Čia nieko nėra",
      what: "Tokio puslapio nėra.",
      advice: "Jei gavote nuorodą, atverkite ją tiksliai tokią, kokią gavote.",
    },
  },
};
