"""What registrars and registries say of domains, and what is ordered there: Gandi, and RDAP for the rest."""
