"""The operator of the deployment: signs in with the operator's token and creates organizations."""
