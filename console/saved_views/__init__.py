"""The forms of saved views: save the filters that are set, rename, choose the default, delete."""
