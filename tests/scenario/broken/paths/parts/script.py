print("a script is not a scenario")
