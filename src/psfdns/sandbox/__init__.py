"""An embedded Route 53: moto, and in front of it the rules that Route 53 enforces and moto does not."""
