/**
 * Members of a billing contact in requests: the type and length of each. Whether a member is missing or
 * malformed is for the operation to say, with its own documented errors.
 */
import Type from "typebox";

export const NAME_LENGTH = 64;
export const EMAIL_LENGTH = 128;
export const TEXT_LENGTH = 255;

function text(maxLength: number, description: string) {
  return Type.Optional(Type.String({ maxLength, description }));
}

/** The ten members that POST plans and PATCH billing share, all optional. */
export const contactMembers = {
  first_name: text(NAME_LENGTH, "First name of the billing contact."),
  last_name: text(NAME_LENGTH, "Last name of the billing contact."),
  email: text(EMAIL_LENGTH, "Email address of the billing contact."),
  phone_number: text(TEXT_LENGTH, "Phone number of the billing contact."),
  address: text(TEXT_LENGTH, "Street and number of the billing address."),
  apt: text(TEXT_LENGTH, "Apartment or suite."),
  city: text(TEXT_LENGTH, "City."),
  state: text(
    TEXT_LENGTH,
    "State; in the United States and Canada its id from the list of states.",
  ),
  zip: text(TEXT_LENGTH, "Postal code."),
  country: text(TEXT_LENGTH, "Two-letter id from the list of countries."),
};
