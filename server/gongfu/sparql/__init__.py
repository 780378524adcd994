"""How is a query answered? The dataset that is served, the guard, the workers, and what the endpoint says of itself."""
