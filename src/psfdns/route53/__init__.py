"""Reading zones from Route 53 and applying plans to them."""
