"""The pages of who teaches which class: the rules with their what-if and versions, and the candidates of a class."""
