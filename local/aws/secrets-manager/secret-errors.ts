import { AwsError } from "../json-protocol/aws-json.ts";

// The wording is AWS's own: people search for it.
export const secretNotFound = (message: string) =>
  new AwsError("ResourceNotFoundException", message);
export const alreadyExists = (message: string) => new AwsError("ResourceExistsException", message);
export const invalidRequest = (message: string) => new AwsError("InvalidRequestException", message);
export const invalidParameter = (message: string) =>
  new AwsError("InvalidParameterException", message);
