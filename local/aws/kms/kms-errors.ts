import { AwsError } from "../json-protocol/aws-json.ts";

// The wording is AWS's own: people search for it.
export const keyNotFound = (message: string) => new AwsError("NotFoundException", message);
export const disabled = (arn: string) => new AwsError("DisabledException", `${arn} is disabled.`);
export const pendingDeletion = (arn: string) =>
  new AwsError("KMSInvalidStateException", `${arn} is pending deletion.`);
export const unsupported = (message: string) =>
  new AwsError("UnsupportedOperationException", message);
export const validation = (message: string) => new AwsError("ValidationException", message);
/** KMS does not say what it is that does not fit. */
export const invalidCiphertext = () => new AwsError("InvalidCiphertextException", "");
export const incorrectKey = () =>
  new AwsError(
    "IncorrectKeyException",
    "The key ID in the request does not identify a CMK that can perform this operation.",
  );
