"""The table of personal data."""

from data_generators.schema import Column, Table

#: All of it is personal data, or would be if the people were real: what an option leaves out.
IDENTITIES = Table(
    "identities",
    "observed",
    "personal data of each applicant, made up; it belongs to nobody",
    (
        Column("customer_id", "int64", "", "customer, counted from 0", "bank"),
        Column("full_name", "str", "", "name as written in the country", "applicant"),
        Column("family_name", "category", "", "family name", "applicant"),
        Column("given_name", "category", "", "given name", "applicant"),
        Column("sex", "category", "", "female or male", "applicant"),
        Column("birth_date", "datetime64[ms]", "", "date of birth", "applicant"),
        Column("national_id", "str", "", "ID number; valid in form, never issued", "applicant"),
        Column("phone", "str", "", "phone number of nobody", "applicant"),
        Column("email", "str", "", "address in a domain that is reserved", "applicant"),
        Column("region", "category", "", "province or state of the home address", "applicant"),
        Column("city", "category", "", "city of the home address", "applicant"),
        Column("address", "str", "", "street and house of the home address", "applicant"),
        Column("postcode", "category", "", "postcode of the city", "applicant"),
        Column("employer", "category", "", "employer; none for micro-businesses", "applicant"),
        Column("bank_card", "str", "", "16 digits, valid by Luhn, of no issuer", "bank"),
        Column("business_name", "str", "", "name of a micro-business", "applicant"),
        Column("business_id", "str", "", "registration of a micro-business", "applicant"),
    ),
)
