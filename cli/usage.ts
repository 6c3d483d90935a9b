export const usage = `npm run vend -- <command>

  vend <connection>               vend its credential; the token is not shown
  reject <connection> <version>   report that the provider answered 401 to a version, and vend
  status [<realm>]                every connection, or those of a realm
  consent <connection>            a one-time link for the person who is to consent
  paste-code <connection>         use a code that a person copied from the provider; asked for, never an argument
  disconnect <connection> --yes   end a consent: revoked at the provider where it can be, forgotten here
  help                            this text

  --json                    answers as they are, for programs
  --show-token              show the credential too
  --min-validity <seconds>  it must be usable for so long
  --function <name>         invoke this function instead of looking for it

A connection is provider/environment/account, conferma/production/default; a realm is provider/environment. Where AWS is,
the variables of its SDK say: AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL_LAMBDA.
`.trimEnd();
