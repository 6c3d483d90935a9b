import type { PageTexts } from "./page-texts.ts";

export const portuguese: PageTexts = {
  tones: {
    question: "A sua decisão",
    success: "Concluído",
    part: "Concluído em parte",
    notice: "Informação",
    warning: "Para sua segurança",
    defect: "Problema técnico",
  },
  whoAsks: "Quem pede",
  accessTo: "Acesso a",
  reference: "Referência em {requester}",
  contact: "Dúvidas? Contacte {requester}:",
  privacy: "Política de privacidade de {requester}",
  link: {
    title: "{requester} pede acesso a {provider}",
    choice: "Pode autorizar ou recusar. Nada acontece antes de premir o botão abaixo.",
    requested: "O que {requester} pede",
    ifAllowed: "Se autorizar, {requester} pode utilizar {provider} em seu nome para:",
    otherWords:
      "{provider} pode exprimi-lo de outra forma. O que conta é o que aí lhe for mostrado antes de decidir.",
    notYetKnown: "{provider} indica-lhe de que acesso se trata antes de decidir.",
    next: "O que acontece a seguir",
    go: "Será encaminhado para {provider}, em {host}. Inicie sessão apenas se o seu navegador mostrar esse endereço ou um que conheça de {provider}.",
    decide: "Aí verá novamente o pedido e decidirá. {requester} não vê a sua palavra-passe.",
    comeBack: "Regressa aqui e lê o que foi concedido.",
    button: "Continuar para {provider}",
    timeLeft: "Tempo restante: {time}.",
    once: "Esta ligação funciona uma só vez e apenas no navegador que continuar primeiro. Se não a esperava, feche esta página: não é concedido nenhum acesso.",
  },
  granted: {
    title: "O acesso está concedido",
    partTitle: "Uma parte do acesso está concedida",
    canUse: "{requester} já pode utilizar {provider} em seu nome.",
    customer: "Cliente em {provider}",
    until: "Válido até",
    untilUnknown: "{provider} não indicou",
    isExtended: "Dura mais tempo se {provider} prolongar o acesso enquanto for utilizado.",
    allowed: "O que autorizou",
    noDetails: "{provider} não deu pormenores.",
    nothing: "Nada, segundo {provider}.",
    notAllowed: "O que foi pedido mas não autorizado",
    ifUnwanted:
      "Se foi essa a sua escolha, não precisa de fazer nada. Caso contrário, peça a {requester} uma nova ligação.",
    isAbridged: "Esta lista não está completa: {provider} mostra-a na íntegra.",
    close: "Pode fechar esta página.",
  },
  withdrawal: "Se mudar de ideias",
  howToWithdraw:
    "Pode retirar o acesso em qualquer altura: em {provider}, normalmente na lista de aplicações ligadas, ou pedindo a {requester} que lhe ponha termo.",
  whatToDo: "O que pode fazer",
  unknownScope: "utilizar o que {provider} designa por {scope}",
  scopes: {
    openid: "saber qual é a sua identidade aí",
    profile: "ver o seu nome e o seu perfil",
    email: "ver o seu endereço de correio eletrónico",
    phone: "ver o seu número de telefone",
    address: "ver a sua morada",
    offline_access: "manter este acesso na sua ausência",
    "psd2-ais": "ver as suas contas de pagamento, os saldos e os movimentos",
    "psd2-pis": "iniciar pagamentos a partir das suas contas de pagamento",
  },
  outcomes: {
    "link-unknown": {
      title: "Esta ligação não funciona",
      what: "Está incompleta, já foi utilizada ou o seu prazo terminou. Ao abri-la não foi concedido nenhum acesso.",
      advice:
        "Abra-a mais uma vez exatamente como a recebeu. Se continuar a não funcionar, peça a {requester} uma nova ligação.",
    },
    "link-used": {
      title: "Esta ligação já não funciona",
      what: "Já foi utilizada ou o seu prazo terminou. Uma ligação serve para uma só decisão.",
      advice:
        "Se viu que o acesso está concedido, terminou e pode fechar esta página. Caso contrário, peça a {requester} uma nova ligação.",
    },
    "link-expired": {
      title: "Esta ligação expirou",
      what: "Para sua segurança, só funciona durante um tempo limitado. Não foi concedido nenhum acesso.",
      advice: "Peça a {requester} uma nova ligação e utilize-a pouco depois de a receber.",
    },
    "other-browser": {
      title: "Esta ligação está a ser utilizada noutro navegador",
      what: "Depois de alguém ter continuado com uma ligação, nenhum outro navegador ou dispositivo a pode utilizar. Aqui não foi concedido nenhum acesso.",
      advice:
        "Se foi o seu caso, continue nesse navegador. Se não foi, informe {requester} e peça uma nova ligação.",
    },
    "cookies-needed": {
      title: "Este não é o navegador em que começou",
      what: "Para saber que foi a mesma pessoa que continuou, este sítio guarda um cookie no seu navegador durante um tempo limitado, e este navegador não o enviou. Ou bloqueia os cookies, ou regressou noutro navegador. Não foi concedido nenhum acesso.",
      advice:
        "Permita os cookies deste sítio e abra novamente a sua ligação no navegador em que pretende continuar. Se já não funcionar, peça a {requester} uma nova ligação.",
    },
    "mixed-up": {
      title: "Esta resposta não corresponde ao seu pedido",
      what: "A página de onde vem enviou uma resposta que não corresponde a nenhum pedido deste navegador. Não foi utilizada, e não foi concedido nenhum acesso.",
      advice:
        "Abra novamente a sua ligação e continue a partir daí. Se não abriu nenhuma ligação, feche esta página e informe {requester}.",
    },
    denied: {
      title: "O acesso não está concedido",
      what: "O pedido foi recusado por si, ou por {provider} em seu nome. Não foi concedido nenhum acesso e nada mudou.",
      advice:
        "Se era o que pretendia, pode fechar esta página. Caso contrário, peça a {requester} uma nova ligação.",
    },
    "provider-error": {
      title: "O acesso não foi estabelecido",
      what: "{provider} comunicou um erro, ou enviou uma resposta que este sítio não consegue ler. Alguns fornecedores comunicam-no assim quando o pedido é recusado. Se o autorizou, algo correu mal.",
      advice:
        "Se recusou, pode fechar esta página. Caso contrário, peça a {requester} uma nova ligação e tente novamente. Se voltar a acontecer, comunique-o.",
    },
    "code-refused": {
      title: "{provider} não aceitou o consentimento",
      what: "O acesso foi autorizado por si, mas {provider} não o confirmou. Não foi concedido nenhum acesso, e o que concedeu anteriormente mantém-se.",
      advice:
        "Peça a {requester} uma nova ligação e tente novamente. Se voltar a acontecer, comunique-o.",
    },
    "not-the-named": {
      title: "Esta ligação foi criada para outra pessoa",
      what: "O acesso foi autorizado por si, mas com outra identidade, ou para outro cliente, do que aqueles para que esta ligação foi criada. Por segurança, nada disso foi guardado.",
      advice:
        "Se tem outro utilizador, peça a {requester} uma nova ligação e use esse utilizador. Se esta ligação lhe foi reencaminhada, comunique-o a {requester}: não era para si. Se {provider} ainda indicar o acesso, revogue-o aí.",
    },
    "other-owner": {
      title: "Este não é o acesso esperado",
      what: "O acesso foi autorizado por si, mas com outra identidade ou para outro cliente que não os do acesso já concedido. Por segurança, nada disso foi guardado. O acesso anterior mantém-se inalterado.",
      advice:
        "Se foi um engano, peça a {requester} uma nova ligação e faça a mesma escolha que antes. Se é intencional, comunique-o: a nova ligação tem de o permitir. Se {provider} indicar o que acabou de autorizar, revogue aí apenas isso.",
    },
    "provider-away": {
      title: "{provider} não responde",
      what: "O acesso foi autorizado por si, mas não foi possível contactar {provider} para o confirmar. É possível que não tenha sido concedido.",
      advice: "Aguarde alguns minutos, peça a {requester} uma nova ligação e tente novamente.",
    },
    "try-later": {
      title: "De momento não é possível",
      what: "Uma parte deste sítio não está a responder. A culpa não é sua.",
      advice:
        "Abra novamente a sua ligação dentro de um minuto. Se já não funcionar, peça uma nova a {requester}.",
    },
    "our-fault": {
      title: "Algo está errado do nosso lado",
      what: "A culpa não é sua, e tentar novamente não resolve.",
      advice: "Informe {requester} de que não foi possível estabelecer o acesso.",
    },
    "no-result": {
      title: "Não há nenhum resultado para mostrar",
      what: "Um resultado é mostrado durante dez minutos, e apenas no navegador em que foi obtido.",
      advice: "Para saber se o acesso está concedido, pergunte a {requester}.",
    },
    "not-a-page": {
      title: "Não há nada aqui",
      what: "Nenhuma página tem este endereço.",
      advice: "Se recebeu uma ligação, abra-a exatamente como a recebeu.",
    },
  },
};
