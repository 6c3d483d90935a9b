import type { PageTexts } from "./page-texts.ts";

export const spanish: PageTexts = {
  tones: {
    question: "Su decisión",
    success: "Completado",
    part: "Completado en parte",
    notice: "Tenga en cuenta",
    warning: "Por su seguridad",
    defect: "Problema técnico",
  },
  whoAsks: "Quién lo solicita",
  accessTo: "Acceso a",
  reference: "Referencia en {requester}",
  contact: "¿Preguntas? Contacte con {requester}:",
  privacy: "Política de privacidad de {requester}",
  link: {
    title: "{requester} solicita acceso a {provider}",
    choice: "Usted puede permitirlo o no. No ocurre nada hasta que pulse el botón de abajo.",
    requested: "Qué solicita {requester}",
    ifAllowed: "Si lo permite, {requester} podrá usar {provider} en su nombre para:",
    otherWords:
      "{provider} puede expresarlo de otra manera. Lo que vale es lo que allí se le muestre antes de decidir.",
    notYetKnown: "{provider} le indicará de qué acceso se trata antes de que decida.",
    next: "Qué sucede a continuación",
    go: "Irá a {provider}, en {host}. Inicie sesión solo si su navegador muestra esa dirección o una que usted conozca de {provider}.",
    decide: "Allí verá de nuevo la solicitud y decidirá. {requester} no ve su contraseña.",
    comeBack: "Volverá aquí y leerá qué se ha concedido.",
    button: "Continuar a {provider}",
    timeLeft: "Tiempo restante: {time}.",
    once: "Este enlace funciona una sola vez y solo en el navegador que continúe primero. Si no lo esperaba, cierre esta página: no se concede ningún acceso.",
  },
  granted: {
    title: "El acceso está concedido",
    partTitle: "Se ha concedido una parte del acceso",
    canUse: "{requester} ya puede usar {provider} en su nombre.",
    customer: "Cliente en {provider}",
    until: "Hasta",
    untilUnknown: "{provider} no lo ha indicado",
    isExtended: "Dura más si {provider} prolonga el acceso mientras se utiliza.",
    allowed: "Lo que usted ha permitido",
    noDetails: "{provider} no ha dado detalles.",
    nothing: "Nada, según {provider}.",
    notAllowed: "Lo que se solicitó pero no se ha permitido",
    ifUnwanted:
      "Si así lo ha elegido, no tiene que hacer nada. Si no, pida a {requester} un enlace nuevo.",
    isAbridged: "Esta lista no está completa: {provider} la muestra entera.",
    close: "Puede cerrar esta página.",
  },
  withdrawal: "Si cambia de opinión",
  howToWithdraw:
    "Puede retirar el acceso en cualquier momento: en {provider}, normalmente en la lista de aplicaciones conectadas, o pidiendo a {requester} que lo termine.",
  whatToDo: "Qué puede hacer",
  unknownScope: "usar lo que {provider} llama {scope}",
  scopes: {
    openid: "saber quién es usted allí",
    profile: "ver su nombre y su perfil",
    email: "ver su dirección de correo electrónico",
    phone: "ver su número de teléfono",
    address: "ver su dirección postal",
    offline_access: "conservar este acceso cuando usted no esté presente",
    "psd2-ais": "ver sus cuentas de pago, sus saldos y sus movimientos",
    "psd2-pis": "iniciar pagos desde sus cuentas de pago",
  },
  outcomes: {
    "link-unknown": {
      title: "Este enlace no funciona",
      what: "Está incompleto, ya se ha usado o su plazo ha terminado. Al abrirlo no se ha concedido ningún acceso.",
      advice:
        "Ábralo una vez más exactamente como lo recibió. Si sigue sin funcionar, pida a {requester} un enlace nuevo.",
    },
    "link-used": {
      title: "Este enlace ya no funciona",
      what: "Ya se ha usado o su plazo ha terminado. Un enlace sirve para una sola decisión.",
      advice:
        "Si ha visto que el acceso está concedido, ha terminado y puede cerrar esta página. Si no, pida a {requester} un enlace nuevo.",
    },
    "link-expired": {
      title: "Este enlace ha caducado",
      what: "Por su seguridad, solo funciona durante un tiempo limitado. No se ha concedido ningún acceso.",
      advice: "Pida a {requester} un enlace nuevo y úselo poco después de recibirlo.",
    },
    "other-browser": {
      title: "Este enlace se está usando en otro navegador",
      what: "Cuando alguien ha continuado con un enlace, ningún otro navegador ni dispositivo puede usarlo. Aquí no se ha concedido ningún acceso.",
      advice:
        "Si fue usted, continúe en ese navegador. Si no fue usted, avise a {requester} y pida un enlace nuevo.",
    },
    "cookies-needed": {
      title: "Este no es el navegador en el que empezó",
      what: "Para saber que fue usted quien continuó, este sitio guarda una cookie en su navegador durante un tiempo limitado, y este navegador no la ha enviado. O bien bloquea las cookies, o bien ha vuelto en otro navegador. No se ha concedido ningún acceso.",
      advice:
        "Permita las cookies de este sitio y abra de nuevo su enlace en el navegador en el que quiera continuar. Si ya no funciona, pida a {requester} un enlace nuevo.",
    },
    "mixed-up": {
      title: "Esta respuesta no corresponde a su solicitud",
      what: "La página de la que viene ha enviado una respuesta que no corresponde a ninguna solicitud de este navegador. No se ha utilizado, y no se ha concedido ningún acceso.",
      advice:
        "Abra de nuevo su enlace y continúe desde allí. Si no ha abierto ningún enlace, cierre esta página y avise a {requester}.",
    },
    denied: {
      title: "El acceso no está concedido",
      what: "Usted lo ha rechazado, o {provider} lo ha rechazado por usted. No se ha concedido ningún acceso y nada ha cambiado.",
      advice:
        "Si es lo que quería, puede cerrar esta página. Si no, pida a {requester} un enlace nuevo.",
    },
    "provider-error": {
      title: "No se ha establecido el acceso",
      what: "{provider} ha comunicado un error, o ha enviado una respuesta que este sitio no puede leer. Algunos proveedores lo comunican así cuando usted rechaza. Si había aceptado, algo ha fallado.",
      advice:
        "Si lo ha rechazado, puede cerrar esta página. Si no, pida a {requester} un enlace nuevo e inténtelo otra vez. Si vuelve a ocurrir, comuníqueselo.",
    },
    "code-refused": {
      title: "{provider} no ha aceptado el consentimiento",
      what: "Usted aceptó, pero {provider} no lo ha confirmado. No se ha concedido ningún acceso, y lo que concedió antes sigue vigente.",
      advice:
        "Pida a {requester} un enlace nuevo e inténtelo otra vez. Si vuelve a ocurrir, comuníqueselo.",
    },
    "not-the-named": {
      title: "Este enlace se creó para otra persona",
      what: "Usted aceptó, pero inició sesión como otra persona, o eligió otro cliente, distintos de aquellos para los que se creó este enlace. Por seguridad, no se ha guardado nada de ello.",
      advice:
        "Si tiene otro usuario, pida a {requester} un enlace nuevo y utilice ese usuario. Si alguien le reenvió este enlace, comuníqueselo a {requester}: no era para usted. Si {provider} sigue mostrando el acceso, revóquelo allí.",
    },
    "other-owner": {
      title: "Este no es el acceso esperado",
      what: "Usted aceptó, pero con otra identidad o para otro cliente que en el acceso ya concedido. Por seguridad, no se ha guardado nada de ello. El acceso anterior sigue igual.",
      advice:
        "Si fue un error, pida a {requester} un enlace nuevo y elija como antes. Si es intencionado, comuníqueselo: el enlace nuevo debe permitirlo. Si {provider} muestra lo que acaba de aceptar, revoque allí solo eso.",
    },
    "provider-away": {
      title: "{provider} no responde",
      what: "Usted aceptó, pero no se ha podido contactar con {provider} para confirmarlo. Es posible que el acceso no se haya concedido.",
      advice: "Espere unos minutos, pida a {requester} un enlace nuevo e inténtelo otra vez.",
    },
    "try-later": {
      title: "Ahora mismo no es posible",
      what: "Una parte de este sitio no responde en este momento. No es culpa suya.",
      advice:
        "Abra de nuevo su enlace dentro de un minuto. Si ya no funciona, pida uno nuevo a {requester}.",
    },
    "our-fault": {
      title: "Algo va mal por nuestra parte",
      what: "No es culpa suya, y volver a intentarlo no servirá.",
      advice: "Comunique a {requester} que no se ha podido establecer el acceso.",
    },
    "no-result": {
      title: "No hay ningún resultado que mostrar",
      what: "Un resultado se muestra durante diez minutos, y solo en el navegador en el que se obtuvo.",
      advice: "Para saber si el acceso está concedido, pregunte a {requester}.",
    },
    "not-a-page": {
      title: "Aquí no hay nada",
      what: "Ninguna página tiene esta dirección.",
      advice: "Si recibió un enlace, ábralo exactamente como lo recibió.",
    },
  },
};
